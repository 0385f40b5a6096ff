using Spa.Engine.Compute;

namespace Spa.Engine.Pipeline.Demo;

/// <summary>A row of random draws for the demo's data: Philox words of one key and one stream, in order.</summary>
/// <param name="seed">Key.</param>
/// <param name="stream">Streams of one seed are independent.</param>
internal sealed class DemoRandom(ulong seed, uint stream)
{
    // Sets the demo's counters apart from those of the sampler and of training.
    private const uint Domain = 0x6465_6D6F;

    private readonly uint[] _words = new uint[4];
    private uint _block;
    private int _used = 4;

    /// <summary>32 random bits.</summary>
    public uint Word()
    {
        if (_used == _words.Length)
        {
            (_words[0], _words[1], _words[2], _words[3]) = Philox.Next(seed, _block++, stream, 0, Domain);
            _used = 0;
        }
        return _words[_used++];
    }

    /// <summary>Uniform in [0, 1).</summary>
    public double Uniform() => Philox.Uniform(Word());

    /// <summary>Uniform in [0, <paramref name="count"/>), with a bias below <paramref name="count"/> / 2^32.</summary>
    public int Below(int count) => (int)(((ulong)Word() * (uint)count) >> 32);

    /// <summary>One item, all equally likely.</summary>
    public T Pick<T>(IReadOnlyList<T> items) => items[Below(items.Count)];

    /// <summary>An index, likely by its weight; weights sum to 1.</summary>
    public int Weighted(ReadOnlySpan<double> weights)
    {
        double left = Uniform();
        for (int i = 0; i < weights.Length - 1; i++)
        {
            if (left < weights[i]) return i;
            left -= weights[i];
        }
        return weights.Length - 1;
    }

    /// <summary>The standard normal distribution, by Box and Muller.</summary>
    public double Normal() => Math.Sqrt(-2 * Math.Log(1 - Uniform())) * Math.Cos(2 * Math.PI * Uniform());

    /// <summary>The items in random order (Fisher and Yates).</summary>
    public T[] Shuffle<T>(IEnumerable<T> items)
    {
        T[] order = [.. items];
        for (int i = order.Length - 1; i > 0; i--)
        {
            int j = Below(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }
        return order;
    }
}
