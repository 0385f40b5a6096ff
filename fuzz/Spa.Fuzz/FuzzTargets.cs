using System.Text;
using System.Text.Json.Nodes;
using Spa.Engine;
using Spa.Engine.Data;
using Spa.Engine.Formats;
using Spa.Engine.Text;

namespace Spa.Fuzz;

/// <summary>The readers of files from outside, each as an action on a path, and what no file may do to them.</summary>
internal static class FuzzTargets
{
    // Far beyond what a file of a few kilobytes needs, far below what a claimed length would take.
    private const long MaxBytes = 256 << 20;
    private static readonly RenderOptions s_half = new() { Limits = new TemplateLimits { MaxAllocation = MaxBytes / 2 } };
    private const string Text = "ab's aaaaaaaaaaaaaaaaaaaaaaaaaaaaab  <s>\u00FC \uFF21\u0301\uD83D\uDE00";

    public static IReadOnlyDictionary<string, Action<string>> All { get; } = new Dictionary<string, Action<string>>
    {
        ["safetensors"] = Safetensors,
        ["gguf"] = Gguf,
        ["tokenizer"] = ReadTokenizer,
        ["template"] = Template,
        ["rows"] = JsonRows,
        ["parquet"] = ParquetRows,
    };

    /// <summary>Reads a file. Returns the one line by which it is refused, or null where it was read.</summary>
    /// <param name="read">One of <see cref="All"/>.</param>
    /// <param name="path">The file.</param>
    /// <param name="alone">Whether nothing else runs in this process, so that all its threads can be counted.</param>
    /// <exception cref="InvalidOperationException">The reader took far too much memory, or its error has more than one line.</exception>
    public static string? Run(Action<string> read, string path, bool alone)
    {
        long before = Allocated(alone);
        string? refusal = null;
        try
        {
            read(path);
        }
        catch (SpaException error)
        {
            refusal = error.Message;
            if (refusal.Contains('\n')) throw new InvalidOperationException($"more than one line: {refusal}", error);
        }

        long taken = Allocated(alone) - before;
        return taken <= MaxBytes ? refusal : throw new InvalidOperationException($"{taken:N0} bytes were allocated");
    }

    private static long Allocated(bool alone) => alone ? GC.GetTotalAllocatedBytes() : GC.GetAllocatedBytesForCurrentThread();

    private static void Safetensors(string path)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        ReadAll(file);
    }

    private static void Gguf(string path)
    {
        using ModelFiles model = ModelFiles.Open(path);
        ReadAll(model.Tensors);
        GgufVocabulary.Load(model.GgufMetadata!, path).Encode("ab a", addSpecialTokens: true);
    }

    private static void ReadTokenizer(string path)
    {
        Tokenizer tokenizer = TokenizerJson.Load(path);
        tokenizer.Decode(tokenizer.Encode(Text, addSpecialTokens: true), skipSpecialTokens: false);
        TokenizerJson.Write(tokenizer, Stream.Null);
    }

    private static void Template(string path)
    {
        JsonArray messages = [new JsonObject { ["role"] = "user", ["content"] = "a" }, new JsonObject { ["role"] = "assistant", ["content"] = "b" }];
        ChatTemplate.Parse(File.ReadAllText(path, Encoding.UTF8), "template").RenderChat(messages, addGenerationPrompt: true, options: s_half);
    }

    private static void JsonRows(string path)
    {
        try
        {
            _ = Rows.ReadPreferences(path, new RowReport(), BadRows.Skip).Count();
        }
        finally
        {
            _ = Rows.ReadPrompts(path, new RowReport(), BadRows.Skip).Count();
        }
    }

    private static void ParquetRows(string path) => _ = RowReader.Read(path).Count();

    private static void ReadAll(TensorSource source)
    {
        foreach (StoredTensor tensor in source.Tensors.Values)
        {
            if (tensor.Type.IsReadable()) source.ReadFloat32(tensor.Name, new float[tensor.Count]);
            else if (tensor.Type.IsInteger()) source.ReadInt64(tensor.Name, new long[tensor.Count]);
        }
    }
}
