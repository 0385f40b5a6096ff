using System.Text;
using System.Text.Json.Nodes;
using Spa.Engine.Data;
using Spa.Engine.Formats;
using Spa.Engine.Models;
using Spa.Engine.Models.Families;
using Spa.Engine.Text;

namespace Spa.Engine.Pipeline.Demo;

/// <summary>
/// What the shipped model is made from: a model folder with trained tokenizer and random weights, and the rows that <c>spa sft</c> trains it on.
/// The same bytes every time (recipes/demo/README.md).
/// </summary>
public static class DemoRecipe
{
    /// <summary>Subfolder of the model to start from.</summary>
    public const string ModelName = "init";

    /// <summary>File of the SFT rows.</summary>
    public const string RowsName = "sft.jsonl";

    private const int TokenizerTexts = 8_000, VocabularySize = 1024, Examples = 64_000, EndId = 2;

    private const ulong Seed = 0;

    private const string Template =
        "{%- for message in messages -%}{{ '<|' + message['role'] + '|>' + message['content'] + '<|end|>' }}{%- endfor -%}{%- if add_generation_prompt -%}{{ "
            + "'<|assistant|>' }}{%- endif -%}";

    // Streams of the seed.
    private const uint TokenizerStream = 1, ExampleStream = 2, WeightStream = 3;

    private static readonly string[] s_specialTokens = ["<|user|>", "<|assistant|>", "<|end|>"];

    /// <summary>Writes <c>init/</c> and <c>sft.jsonl</c> into a folder.</summary>
    /// <param name="folder">Made if it is missing.</param>
    /// <param name="examples">Rows to write.</param>
    /// <exception cref="SpaException">The folder cannot be written.</exception>
    public static void Write(string folder, int examples = Examples)
    {
        WriteModel(Path.Combine(folder, ModelName));
        var random = new DemoRandom(Seed, ExampleStream);
        RowWriter.WriteAll(Path.Combine(folder, RowsName), Enumerable.Range(0, examples).Select(_ =>
        {
            DemoPrompt prompt = random.Pick(DemoTask.Prompts);
            return new JsonObject { ["prompt"] = DemoTask.PromptTurns(prompt.Text), ["completion"] = DemoTask.AnswerTurns(DemoAuthor.Answer(prompt.Fact, random)) };
        }));
    }

    private static void WriteModel(string folder)
    {
        Tokenizer tokenizer = TrainTokenizer();
        JsonObject config = Config(tokenizer.VocabularySize);
        var reader = new ConfigReader(config, "the demo's config.json");
        ModelFamily family = ModelFamily.Find(reader);
        DecoderConfig shape = family.Load(reader);
        var random = new DemoRandom(Seed, WeightStream);
        HuggingFaceWriter.Write(folder, new HuggingFaceContent
        {
            Config = config,
            GenerationConfig = new JsonObject { ["eos_token_id"] = EndId, ["pad_token_id"] = EndId },
            Tensors = [.. new DecoderLayout(shape, family.Names, Compute.DType.Float32).Table.Parameters.Select(p => Weights(p, shape, family.Names, random))],
            ChatTemplate = Template,
            TextFiles = new Dictionary<string, string>
            {
                ["tokenizer.json"] = TokenizerText(tokenizer),
                ["tokenizer_config.json"] = $$"""{"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "{{s_specialTokens[EndId]}}", "pad_token": "{{s_specialTokens[EndId]}}"}""" + "\n",
            },
        });
    }

    private static Tokenizer TrainTokenizer()
    {
        var random = new DemoRandom(Seed, TokenizerStream);
        IEnumerable<string> texts = Enumerable.Range(0, TokenizerTexts).SelectMany(_ =>
        {
            DemoPrompt prompt = random.Pick(DemoTask.Prompts);
            return new[] { prompt.Text, DemoAuthor.Answer(prompt.Fact, random) };
        });
        return BpeTrainer.Train(texts, new BpeTrainerOptions { VocabularySize = VocabularySize, SpecialTokens = s_specialTokens });
    }

    private static string TokenizerText(Tokenizer tokenizer)
    {
        using var stream = new MemoryStream();
        TokenizerJson.Write(tokenizer, stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static JsonObject Config(int vocabulary) => new()
    {
        ["architectures"] = new JsonArray("LlamaForCausalLM"),
        ["model_type"] = "llama",
        ["vocab_size"] = vocabulary,
        ["hidden_size"] = 128,
        ["intermediate_size"] = 320,
        ["num_hidden_layers"] = 4,
        ["num_attention_heads"] = 4,
        ["num_key_value_heads"] = 2,
        ["head_dim"] = 32,
        ["hidden_act"] = "silu",
        ["max_position_embeddings"] = 256,
        ["rms_norm_eps"] = 1e-5,
        ["rope_theta"] = 10000.0,
        ["tie_word_embeddings"] = true,
        ["eos_token_id"] = EndId,
        ["torch_dtype"] = "float32",
    };

    // Norms 1; the embedding normal with sd 0.02; matrices 1 / sqrt(fan-in), and those that add to the residual stream divided by
    // sqrt(2 layers), so that its size does not grow with depth.
    private static TensorContent Weights(Parameter p, DecoderConfig shape, ParameterNames names, DemoRandom random)
    {
        var values = new float[p.Count];
        if (p.IsVector)
        {
            values.AsSpan().Fill(1);
            return TensorContent.FromArray(p.Name, StoredType.F32, [p.Columns], values);
        }
        bool embedding = p.Name == names.Embedding + ".weight";
        bool residual = p.Name.Contains("o_proj", StringComparison.Ordinal) || p.Name.Contains("down_proj", StringComparison.Ordinal);
        double sd = embedding ? 0.02 : 1 / Math.Sqrt(p.Columns) / (residual ? Math.Sqrt(2 * shape.Layers) : 1);
        for (int i = 0; i < values.Length; i++) values[i] = (float)(sd * random.Normal());
        return TensorContent.FromArray(p.Name, StoredType.F32, [p.Rows, p.Columns], values);
    }
}
