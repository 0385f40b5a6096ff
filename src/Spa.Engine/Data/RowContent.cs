using System.Security.Cryptography;
using System.Text;

namespace Spa.Engine.Data;

/// <summary>A prompt or a response in one of its three forms. Exactly one of the text, messages and ids is set.</summary>
public sealed class RowContent
{
    private RowContent() { }

    /// <summary>Plain text: no template, and the tokenizer's own special tokens.</summary>
    public string? Text { get; private init; }

    /// <summary>Turns, for the chat template.</summary>
    public IReadOnlyList<Message>? Messages { get; private init; }

    /// <summary>What the row gives to the chat template beside the turns, or null. Of a prompt and its response the prompt has it.</summary>
    public TemplateArguments? Arguments { get; private init; }

    /// <summary>Token ids, taken as they are: no template, nothing added.</summary>
    public int[]? Ids { get; private init; }

    /// <summary>True where there is nothing to read: no id, no turn, or text that is only white space.</summary>
    public bool IsBlank => Text is not null ? string.IsNullOrWhiteSpace(Text)
        : Messages is not null ? Messages.Count == 0 || Messages[^1].IsBlank
        : Ids!.Length == 0;

    public static RowContent OfText(string text) => new() { Text = text };

    public static RowContent OfMessages(IReadOnlyList<Message> messages) => new() { Messages = messages };

    public static RowContent OfIds(int[] ids) => new() { Ids = ids };

    /// <summary>The same with arguments for the chat template, which only messages go through.</summary>
    public RowContent With(TemplateArguments? arguments) => Messages is null || arguments is null ? this : new() { Messages = Messages, Arguments = arguments };

    /// <summary>Same form and same content.</summary>
    public bool SameAs(RowContent other) =>
        Text is not null ? Text == other.Text
        : Messages is not null ? other.Messages is not null && Messages.SequenceEqual(other.Messages)
        : other.Ids is not null && Ids.AsSpan().SequenceEqual(other.Ids);

    /// <summary>128 bits of SHA-256 over form and content: equal contents have equal fingerprints on every machine.</summary>
    public UInt128 Fingerprint()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([(byte)(Text is not null ? 't' : Messages is not null ? 'm' : 'i')]);
        if (Text is not null) Append(hash, Text);
        foreach (Message message in Messages ?? [])
        {
            Append(hash, message.Role);
            Append(hash, message.Content);
            if (message.Json is not null) Append(hash, message.Json);
        }

        if (Arguments is not null) Append(hash, Arguments.Key);
        if (Ids is not null) hash.AppendData(System.Runtime.InteropServices.MemoryMarshal.AsBytes(Ids.AsSpan()));
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash.GetHashAndReset());
    }

    /// <summary>The length goes before the text, so that moving a character from one turn to the next changes the hash.</summary>
    private static void Append(IncrementalHash hash, string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        hash.AppendData(BitConverter.GetBytes(utf8.Length));
        hash.AppendData(utf8);
    }
}
