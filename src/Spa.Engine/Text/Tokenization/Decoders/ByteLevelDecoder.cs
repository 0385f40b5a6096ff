using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary>
/// <c>ByteLevel</c>: tokens back to bytes, bytes to text. A token with any character outside the alphabet stands for its own UTF-8 bytes;
/// every maximal invalid part of the bytes becomes one U+FFFD.
/// </summary>
internal sealed class ByteLevelDecoder(ByteLevelOptions options) : IDecoder
{
    public void Decode(List<string> tokens)
    {
        int capacity = 0;
        foreach (string token in tokens) capacity = checked(capacity + ByteAlphabet.MaxLength(token.Length));
        byte[] bytes = ArrayPool<byte>.Shared.Rent(capacity);
        int count = 0;
        foreach (string token in tokens) count += Bytes(token, bytes.AsSpan(count));
        string text = Encoding.UTF8.GetString(bytes, 0, count);
        ArrayPool<byte>.Shared.Return(bytes);
        tokens.Clear();
        tokens.Add(text);
    }

    public void Write(Utf8JsonWriter json) => options.Write(json);

    private static int Bytes(string token, Span<byte> bytes)
    {
        for (int i = 0; i < token.Length; i++)
        {
            int value = ByteAlphabet.ByteOf(token[i]);
            if (value < 0) return Encoding.UTF8.GetBytes(token, bytes);
            bytes[i] = (byte)value;
        }
        return token.Length;
    }
}
