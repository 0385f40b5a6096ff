using System.Text;

namespace Spa.Engine.Tests.Text.Tokenization;

/// <summary>Writes SentencePiece's model file (sentencepiece_model.proto) with the few fields that tests need.</summary>
internal static class SentencePieceFile
{
    private const int Varint = 0, Bytes = 2, Fixed32 = 5;

    /// <param name="pieces">By id: text, score, and type (1 normal, 2 unknown, 3 control).</param>
    /// <param name="bpe">Byte-pair encoding rather than Unigram.</param>
    public static MemoryStream Write(IEnumerable<(string Piece, float Score, int Type)> pieces, bool bpe)
    {
        MemoryStream file = new();
        foreach ((string piece, float score, int type) in pieces)
        {
            MemoryStream entry = new();
            Block(entry, 1, Encoding.UTF8.GetBytes(piece));
            Tag(entry, 2, Fixed32);
            entry.Write(BitConverter.GetBytes(score));
            Number(entry, 3, type);
            Block(file, 1, entry.ToArray());
        }
        MemoryStream trainer = new();
        Number(trainer, 3, bpe ? 2 : 1);
        Number(trainer, 40, 0);
        Number(trainer, 41, 1);
        Number(trainer, 42, 2);
        Block(file, 2, trainer.ToArray());
        MemoryStream normalizer = new();
        Block(normalizer, 1, "identity"u8.ToArray());
        Number(normalizer, 3, 1);
        Number(normalizer, 4, 0);
        Number(normalizer, 5, 1);
        Block(file, 3, normalizer.ToArray());
        file.Position = 0;
        return file;
    }

    private static void Number(MemoryStream output, int field, int value)
    {
        Tag(output, field, Varint);
        Value(output, (uint)value);
    }

    private static void Block(MemoryStream output, int field, byte[] bytes)
    {
        Tag(output, field, Bytes);
        Value(output, (uint)bytes.Length);
        output.Write(bytes);
    }

    private static void Tag(MemoryStream output, int field, int type) => Value(output, (uint)(field << 3 | type));

    private static void Value(MemoryStream output, uint value)
    {
        for (; value >= 0x80; value >>= 7) output.WriteByte((byte)(value | 0x80));
        output.WriteByte((byte)value);
    }
}
