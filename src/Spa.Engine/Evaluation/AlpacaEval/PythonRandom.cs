using System.Security.Cryptography;
using System.Text;

namespace Spa.Engine.Evaluation.AlpacaEval;

/// <summary>
/// Python's <c>random.Random</c> seeded with a string: MT19937 (Matsumoto and Nishimura 1998) initialised with the 32-bit words, least significant first, of
/// the big-endian number UTF-8(seed) followed by its SHA-512 digest. Published annotations depend on it.
/// </summary>
internal sealed class PythonRandom
{
    private const int N = 624, M = 397;

    private readonly uint[] _state = new uint[N];
    private int _next = N;

    public PythonRandom(string seed)
    {
        byte[] text = Encoding.UTF8.GetBytes(seed);
        byte[] number = [.. text, .. SHA512.HashData(text)];
        Initialise(Words(number));
    }

    /// <summary>Uniform in [0, 1) with 53 bits.</summary>
    public double Next()
    {
        uint a = NextWord() >> 5, b = NextWord() >> 6;
        return (a * 67108864.0 + b) / 9007199254740992.0;
    }

    private static uint[] Words(ReadOnlySpan<byte> bigEndian)
    {
        ReadOnlySpan<byte> bytes = bigEndian.TrimStart((byte)0);
        uint[] words = new uint[(bytes.Length + 3) / 4];
        for (int i = 0; i < bytes.Length; i++) words[i / 4] |= (uint)bytes[bytes.Length - 1 - i] << (8 * (i % 4));
        return words;
    }

    // init_by_array of the reference implementation.
    private void Initialise(uint[] key)
    {
        _state[0] = 19650218;
        for (uint k = 1; k < N; k++) _state[k] = 1812433253 * (_state[k - 1] ^ (_state[k - 1] >> 30)) + k;
        int i = 1, j = 0;
        for (int k = Math.Max(N, key.Length); k > 0; k--)
        {
            _state[i] = (_state[i] ^ ((_state[i - 1] ^ (_state[i - 1] >> 30)) * 1664525)) + key[j] + (uint)j;
            Advance(ref i);
            if (++j == key.Length) j = 0;
        }

        for (int k = N - 1; k > 0; k--)
        {
            _state[i] = (_state[i] ^ ((_state[i - 1] ^ (_state[i - 1] >> 30)) * 1566083941)) - (uint)i;
            Advance(ref i);
        }

        _state[0] = 0x80000000;
    }

    private void Advance(ref int i)
    {
        if (++i < N) return;
        _state[0] = _state[N - 1];
        i = 1;
    }

    private uint NextWord()
    {
        if (_next == N) Twist();
        uint y = _state[_next++];
        y ^= y >> 11;
        y ^= (y << 7) & 0x9D2C5680;
        y ^= (y << 15) & 0xEFC60000;
        return y ^ (y >> 18);
    }

    private void Twist()
    {
        for (int k = 0; k < N; k++)
        {
            uint y = (_state[k] & 0x80000000) | (_state[(k + 1) % N] & 0x7FFFFFFF);
            _state[k] = _state[(k + M) % N] ^ (y >> 1) ^ ((y & 1) * 0x9908B0DF);
        }

        _next = 0;
    }
}
