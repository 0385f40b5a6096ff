using Spa.Engine.Compute;

namespace Spa.Engine.Pipeline.Judges;

/// <summary>A control: rewards by chance. What the loop gains with it is not due to the judge.</summary>
internal sealed class RandomJudge(ulong seed) : IResponseJudge
{
    public string Name => "random";

    public void Judge(IReadOnlyList<SampledRow> rows, Action<int, RowVerdict> done, CancellationToken cancel)
    {
        for (int i = 0; i < rows.Count; i++)
            done(i, new RowVerdict([.. rows[i].Responses.Select((_, sample) => (double)Philox.Uniform(Philox.Next(seed, (uint)rows[i].Index, (uint)sample, 0, 0x6A75_6467).X))]));
    }

    public void Dispose() { }
}
