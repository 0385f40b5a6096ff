using System.Text.Json.Nodes;
using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Formats;
using Spa.Engine.Models;
using Spa.Engine.Models.Families;

namespace Spa.Cli.Tests.Support;

/// <summary>
/// A random model of a few thousand weights that reads and writes text: every byte is a token, with BOS, EOS and two marks for a ChatML-like
/// template.
/// </summary>
internal static class TinyModel
{
    public const int Vocabulary = 260;
    public const int Context = 128;
    public const int Bos = 256, Eos = 257;

    private const string Template =
        "{{ bos_token }}{% for message in messages %}<|u|>{{ message.role }}\n{{ message.content }}</s>\n{% endfor %}{% if add_generation_prompt %}<|u|>assistant\n{% endif %}";

    /// <summary>Writes the model as a Hugging Face folder; returns the folder.</summary>
    public static string Write(TempFolder folder, string name, int seed, Action<JsonObject>? change = null)
    {
        JsonObject config = Config();
        ConfigReader reader = new(config, "config.json");
        ModelFamily family = ModelFamily.Find(reader);
        using CpuBackend backend = new(new CpuOptions { Threads = 1 });
        using Model model = new(backend, family, family.Load(reader), config, DType.Float32);
        Random random = new(seed);
        TensorContent[] tensors = [.. model.Table.Parameters.Select(p => TensorContent.FromArray(p.Name, StoredType.F32, Shape(p), Weights(random, p)))];
        JsonObject written = (JsonObject)config.DeepClone();
        change?.Invoke(written);
        string path = folder.In(name);
        HuggingFaceWriter.Write(path, new HuggingFaceContent
        {
            Config = written,
            Tensors = tensors,
            ChatTemplate = Template,
            TextFiles = new Dictionary<string, string>
            {
                ["tokenizer.json"] = Tokenizer().ToJsonString(),
                ["tokenizer_config.json"] = """{"bos_token": "<s>", "eos_token": "</s>"}""",
            },
        });
        return path;
    }

    private static long[] Shape(Parameter p) => p.IsVector ? [p.Columns] : [p.Rows, p.Columns];

    // Vectors are the norms' weights.
    private static float[] Weights(Random random, Parameter p)
    {
        float[] values = new float[p.Rows * p.Columns];
        for (int i = 0; i < values.Length; i++) values[i] = p.IsVector ? 1 : 0.6f * (random.NextSingle() - 0.5f);
        return values;
    }

    private static JsonObject Config() => new()
    {
        ["architectures"] = new JsonArray("LlamaForCausalLM"),
        ["model_type"] = "llama",
        ["vocab_size"] = Vocabulary,
        ["hidden_size"] = 32,
        ["intermediate_size"] = 64,
        ["num_hidden_layers"] = 2,
        ["num_attention_heads"] = 4,
        ["num_key_value_heads"] = 2,
        ["max_position_embeddings"] = Context,
        ["rms_norm_eps"] = 1e-5,
        ["rope_theta"] = 10000.0,
        ["tie_word_embeddings"] = false,
        ["bos_token_id"] = Bos,
        ["eos_token_id"] = Eos,
        ["torch_dtype"] = "float32",
    };

    private static JsonObject Tokenizer()
    {
        JsonObject vocabulary = [];
        foreach ((string token, int id) in ByteTokens().Select((token, id) => (token, id))) vocabulary[token] = id;
        return new JsonObject
        {
            ["version"] = "1.0",
            ["added_tokens"] = new JsonArray(Special(Bos, "<s>"), Special(Eos, "</s>"), Special(258, "<|u|>"), Special(259, "<pad>")),
            ["normalizer"] = null,
            ["pre_tokenizer"] = ByteLevel(),
            ["post_processor"] = null,
            ["decoder"] = ByteLevel(),
            ["model"] = new JsonObject { ["type"] = "BPE", ["vocab"] = vocabulary, ["merges"] = new JsonArray() },
        };
    }

    // GPT-2's alphabet: printable Latin-1 bytes stand for themselves, the others for the code points from 256 on.
    private static IEnumerable<string> ByteTokens()
    {
        int next = 256;
        for (int b = 0; b < 256; b++)
        {
            bool printable = b is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE;
            yield return ((char)(printable ? b : next++)).ToString();
        }
    }

    private static JsonObject Special(int id, string content) => new()
    {
        ["id"] = id,
        ["content"] = content,
        ["single_word"] = false,
        ["lstrip"] = false,
        ["rstrip"] = false,
        ["normalized"] = false,
        ["special"] = true,
    };

    private static JsonObject ByteLevel() => new() { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["trim_offsets"] = true, ["use_regex"] = true };
}
