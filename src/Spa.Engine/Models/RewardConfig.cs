using System.Text.Json.Nodes;
using Spa.Engine.Compute;
using Spa.Engine.Models.Families;

namespace Spa.Engine.Models;

/// <summary>
/// What transformers' <c>ForSequenceClassification</c> classes with one label add to a family: a head <c>score</c> [1, C] without bias on the last token of a sequence that is
/// no padding. The rest of a config.json is the family's.
/// </summary>
public static class RewardConfig
{
    /// <summary>Name of the head.</summary>
    public const string Head = "score";

    /// <summary>Name of its weight.</summary>
    public const string HeadWeight = Head + ".weight";

    private const string Suffix = "ForSequenceClassification";

    /// <summary>Whether a config.json is that of a classifier.</summary>
    public static bool IsReward(ConfigReader config) => config.TextList("architectures") is [var name, ..] && name.EndsWith(Suffix, StringComparison.Ordinal);

    /// <summary>Whether a config.json is that of a classifier.</summary>
    public static bool IsReward(JsonObject config) => IsReward(new ConfigReader(config, "config.json"));

    /// <summary>A reward model's config.json from a language model's.</summary>
    /// <param name="config">The language model's; stays as it is.</param>
    /// <param name="family">Of the model.</param>
    /// <param name="padToken">Id that transformers fills shorter sequences of a batch up with; null: none.</param>
    public static JsonObject Of(JsonObject config, ModelFamily family, int? padToken)
    {
        var reward = (JsonObject)config.DeepClone();
        reward["architectures"] = new JsonArray(family.RewardArchitecture);
        // transformers 5 keeps the number of labels as the length of these two; older versions and other readers look for num_labels.
        reward["id2label"] = new JsonObject { ["0"] = "LABEL_0" };
        reward["label2id"] = new JsonObject { ["LABEL_0"] = 0 };
        reward["num_labels"] = 1;
        if (padToken is { } id) reward["pad_token_id"] = id;
        return reward;
    }

    /// <summary>A new head [C]: normal with the deviation <c>initializer_range</c>, as transformers draws it.</summary>
    public static float[] NewHead(JsonObject config, int columns, ulong seed)
    {
        double deviation = new ConfigReader(config, "config.json").Double("initializer_range", 0.02);
        var head = new float[columns];
        for (int i = 0; i < columns; i++)
        {
            (uint x, uint y, _, _) = Philox.Next(seed, (uint)i, 0, 0, 0x7363_6F72);
            head[i] = (float)(deviation * Math.Sqrt(-2 * Math.Log(1 - Philox.Uniform(x))) * Math.Cos(2 * Math.PI * Philox.Uniform(y)));
        }
        return head;
    }

    /// <summary>Index of the token whose row the head reads: the last that is not the padding's, or 0, as transformers takes it.</summary>
    /// <param name="tokens">A whole sequence, at least one token.</param>
    /// <param name="padToken">See <see cref="DecoderConfig.PadToken"/>.</param>
    public static int LastToken(ReadOnlySpan<int> tokens, int? padToken) => padToken is { } pad ? Math.Max(0, tokens.LastIndexOfAnyExcept(pad)) : tokens.Length - 1;

    /// <summary>The decoder of a reward model.</summary>
    internal static DecoderConfig Read(ConfigReader config, DecoderConfig options)
    {
        int labels = config.Object("id2label")?.Count ?? config.Int("num_labels", 2);
        if (labels != 1)
            throw new SpaException($"{config.File}: a classifier with {labels} labels; supported: 1, a reward model");
        return options with
        {
            RewardHead = true,
            // Llama's older folders say -1 for "none".
            PadToken = config.Has("pad_token_id") && config.Double("pad_token_id") is >= 0 and var pad ? (int)pad : null,
            TieWordEmbeddings = false,
            HeadBias = false,
            LogitSoftCap = 0,
        };
    }
}
