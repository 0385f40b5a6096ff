namespace Spa.Engine.Tests.Formats;

/// <summary>Feeds damaged copies of a small file to a reader: whatever happens, only one-line <see cref="SpaException"/>s may escape.</summary>
internal static class HostileInput
{
    // Extremes, and characters with a meaning in JSON.
    private static readonly byte[] s_telling = [0, 0x7F, 0x80, 0xFF, (byte)'"', (byte)'{', (byte)'9', (byte)'-'];

    /// <summary>Every proper prefix of the file must be refused.</summary>
    public static void RefusedAtEveryLength(byte[] valid, string path, Action<string> read)
    {
        for (int length = 0; length < valid.Length; length++)
        {
            File.WriteAllBytes(path, valid[..length]);
            Assert.That(Attempt(path, read), Is.False, $"the first {length} of {valid.Length} bytes were accepted");
        }
    }

    /// <summary>Some bytes of the file are replaced; the reader may accept it or refuse it.</summary>
    public static void SurvivesDamage(byte[] valid, string path, Action<string> read)
    {
        Gen<(int At, byte Value)[]> damage = Gen.Select(Gen.Int[0, valid.Length - 1], Gen.OneOf(Gen.Byte, Gen.Int[0, s_telling.Length - 1].Select(i => s_telling[i]))).Array[1, 4];
        damage.Sample(
            changes =>
            {
                byte[] copy = [.. valid];
                foreach ((int at, byte value) in changes) copy[at] = value;
                File.WriteAllBytes(path, copy);
                Attempt(path, read);
            },
            iter: 5000,
            threads: 1);
    }

    private static bool Attempt(string path, Action<string> read)
    {
        try
        {
            read(path);
            return true;
        }
        catch (SpaException error)
        {
            Assert.That(error.Message, Does.Not.Contain('\n'));
            return false;
        }
    }
}
