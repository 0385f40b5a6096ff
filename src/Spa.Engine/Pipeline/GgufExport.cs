using Spa.Engine.Formats;
using Spa.Engine.Models;
using Spa.Engine.Models.Gguf;
using Spa.Engine.Text;
using Spa.Engine.Text.Tokenization;

namespace Spa.Engine.Pipeline;

/// <summary>Writes a model with its tokenizer as one GGUF file, as llama.cpp's converter would.</summary>
public static class GgufExport
{
    /// <summary>Throws unless this model and tokenizer can be written; before weights are read.</summary>
    /// <returns>What the file will say and llama.cpp passes over, a line each.</returns>
    /// <exception cref="SpaException">An option of the model or a part of the tokenizer has no counterpart in GGUF.</exception>
    public static IReadOnlyList<string> Require(ModelBundle bundle)
    {
        if (bundle.IsReward) throw new SpaException($"'{bundle.Path}' is a reward model; GGUF files of language models are written here");
        GgufArchitecture architecture = GgufSettings.Require(bundle.Family, bundle.Config, bundle.Path);
        Vocabulary(bundle);
        return [.. GgufSettings.PassedOver(architecture, bundle.Config)];
    }

    /// <summary>Writes the file, whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="bundle">Tokenizer, template and options.</param>
    /// <param name="model">The weights.</param>
    /// <param name="type">F32, BF16, F16 or Q8_0 for matrices; norms and biases stay F32.</param>
    /// <param name="name">Name of the model in the file; a Phi-3 that is not called so gets it appended, for llama.cpp's tokenizer goes by it.</param>
    /// <exception cref="SpaException">As for <see cref="Require"/>; or the file cannot be written.</exception>
    public static void Write(string path, ModelBundle bundle, Model model, StoredType type, string name)
    {
        GgufArchitecture architecture = GgufSettings.Require(bundle.Family, bundle.Config, bundle.Path);
        if (bundle.HasTokenizer && GgufVocabularyWriter.NeedsPhi3Name(bundle.Tokenizer.Tokenizer) && !GgufPhi3.IsNamed(name)) name += " (Phi-3)";
        GgufWriter.Write(path, [.. GgufSettings.Describe(architecture, bundle.Config, name, type), .. BaseCard.Of(bundle).ToGguf(), .. Vocabulary(bundle)], [.. GgufTensors.Describe(architecture, model, type)]);
    }

    private static IReadOnlyList<KeyValuePair<string, object>> Vocabulary(ModelBundle bundle)
    {
        // The word of llama.cpp for a model that is good for token ids only.
        if (!bundle.HasTokenizer) return [new("tokenizer.ggml.model", "no_vocab"), .. SpecialIds(bundle.RowTokenizer)];
        ModelTokenizer tokenizer = bundle.Tokenizer;
        return GgufVocabularyWriter.Describe(tokenizer.Tokenizer, tokenizer.Config, bundle.Config.VocabSize, tokenizer.TemplateSource, bundle.Path);
    }

    private static IEnumerable<KeyValuePair<string, object>> SpecialIds(Data.IRowTokenizer tokenizer)
    {
        if (tokenizer.BosId is { } bos) yield return new("tokenizer.ggml.bos_token_id", (uint)bos);
        if (tokenizer.EndIds is [var eos, ..]) yield return new("tokenizer.ggml.eos_token_id", (uint)eos);
    }
}
