using System.Text;
using System.Text.Json.Nodes;

namespace Spa.Engine.Text;

/// <summary>What Python's transformers makes of a tokenizer whose pipeline it builds anew instead of reading it.</summary>
public static class TransformersPipeline
{
    /// <summary>
    /// Llama's tokenizer as transformers 5 builds it. Where tokenizer.json puts a space mark before every text between special tokens, a Metaspace puts one only before texts that have none,
    /// so texts that begin with a space get other ids. Null where both are the same.
    /// </summary>
    public static Tokenizer? Rebuilt(Tokenizer tokenizer, TokenizerConfig config)
    {
        if (config.TokenizerClass is not ("LlamaTokenizer" or "LlamaTokenizerFast")) return null;
        JsonObject json = GgufVocabularyWriter.ToJson(tokenizer);
        if (json["pre_tokenizer"] is not null || !GgufVocabularyWriter.IsSame(json["normalizer"], GgufVocabulary.SpaceNormalizer(prepends: true).Write)) return null;
        json["normalizer"] = null;
        json["pre_tokenizer"] = new JsonObject { ["type"] = "Metaspace", ["replacement"] = GgufVocabulary.SpaceMark, ["prepend_scheme"] = "always", ["split"] = false };
        using MemoryStream file = new(Encoding.UTF8.GetBytes(json.ToJsonString()));
        return TokenizerJson.Parse(file, "rebuilt");
    }
}
