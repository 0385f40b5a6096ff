using System.Buffers.Binary;

namespace Spa.Engine.Tests.Fuzzing;

/// <summary>Damages a file the way files get damaged and attackers damage them. Everything comes from the seed, so a case can be made again.</summary>
internal sealed class Mutator(int seed, byte[][] words)
{
    private static readonly ulong[] s_extremes = [0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 1UL << 40, 1UL << 60, long.MaxValue, 1UL << 63, ulong.MaxValue];

    private readonly Random _random = new(seed);

    public byte[] Damage(byte[] valid)
    {
        List<byte> bytes = [.. valid];
        for (int i = _random.Next(1, 5); i > 0 && bytes.Count > 0; i--) Once(bytes);
        return [.. bytes];
    }

    private void Once(List<byte> bytes)
    {
        int at = _random.Next(bytes.Count), length = Math.Min(_random.Next(1, 33), bytes.Count - at);
        switch (_random.Next(9))
        {
            case 0:
                bytes[at] ^= (byte)(1 << _random.Next(8));
                break;
            case 1:
                bytes[at] = (byte)_random.Next(256);
                break;
            case 2:
                bytes.RemoveRange(at, length);
                break;
            case 3:
                bytes.InsertRange(at, bytes.GetRange(at, length));
                break;
            case 4:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 5:
                Number(bytes, at);
                break;
            case 6:
                bytes.InsertRange(at, words[_random.Next(words.Length)]);
                break;
            case 7:
                byte[] word = words[_random.Next(words.Length)];
                for (int i = 0; i < word.Length && at + i < bytes.Count; i++) bytes[at + i] = word[i];
                break;
            default:
                byte[] moved = [.. bytes.GetRange(at, length)];
                bytes.RemoveRange(at, length);
                bytes.InsertRange(_random.Next(bytes.Count + 1), moved);
                break;
        }
    }

    // A length or an offset that claims something extreme.
    private void Number(List<byte> bytes, int at)
    {
        byte[] number = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(number, s_extremes[_random.Next(s_extremes.Length)] + (ulong)_random.Next(-1, 2));
        for (int i = 0; i < (_random.Next(2) == 0 ? 4 : 8) && at + i < bytes.Count; i++) bytes[at + i] = number[i];
    }
}
