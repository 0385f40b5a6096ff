using System.Text.Json.Nodes;
using Spa.Engine.Data;
using Spa.Engine.Formats;
using Spa.Engine.Models;
using Spa.Engine.Pipeline.RowFiles;

namespace Spa.Engine.Pipeline.Judges;

/// <summary>
/// The reward of a reward model for every response. Text goes through the reward model's own tokenizer and template, as rows do that it is trained on; a prompt of token ids alone is
/// taken as it is. A response that does not fit the model's context has no reward.
/// </summary>
public sealed class RewardJudge : IResponseJudge
{
    private readonly ModelBundle _bundle;
    private readonly Model _model;
    private readonly ResponseEncoder _responses;
    private RewardScorer? _scorer;

    /// <param name="bundle">A reward model; goes with this object.</param>
    /// <param name="model">Its weights; go with this object.</param>
    public RewardJudge(ModelBundle bundle, Model model)
    {
        (_bundle, _model) = (bundle, model);
        _responses = new ResponseEncoder(bundle.RowTokenizer, new RowReport());
    }

    public string Name => $"reward-model:{JudgeFactory.NameOf(_bundle.Path)}";

    /// <summary>Opens a reward model.</summary>
    /// <exception cref="SpaException">It is another kind of model: says which are supported.</exception>
    public static ModelBundle Open(string path, string? baseModel = null)
    {
        RefuseComparisonModel(path);
        ModelBundle bundle = ModelBundle.Open(path, null, baseModel, rewards: true);
        if (bundle.IsReward) return bundle;
        bundle.Dispose();
        throw new SpaException($"'{path}' is a language model, expected a reward model (...ForSequenceClassification with one label); spa reward trains one, and --judge llm asks a language model");
    }

    public void Judge(IReadOnlyList<SampledRow> rows, Action<int, RowVerdict> done, CancellationToken cancel)
    {
        int longest = _model.Config.MaxPositions;
        ScoreItem[] all = [.. rows.Select(Encode)];
        int[][] fitting = [.. all.Select(item => Enumerable.Range(0, item.Responses.Length).Where(i => item.Prompt.Length + item.Responses[i].Length <= longest).ToArray())];
        ScoreItem[] items = [.. all.Zip(fitting, (item, indices) => item with { Responses = [.. indices.Select(i => item.Responses[i])] })];
        Scorer(items).Score(items, (i, rewards) =>
        {
            double[] verdict = new double[all[i].Responses.Length];
            Array.Fill(verdict, double.NaN);
            for (int j = 0; j < rewards.Length; j++) verdict[fitting[i][j]] = rewards[j];
            done(i, new RowVerdict(verdict));
        }, cancel);
    }

    public void Dispose()
    {
        _scorer?.Dispose();
        _model.Dispose();
        _bundle.Dispose();
    }

    // PairRM and its kin compare two responses in one pass of an encoder, which is none of the families here.
    private static void RefuseComparisonModel(string path)
    {
        string file = Path.Combine(path, "config.json");
        if (!File.Exists(file)) return;
        JsonObject config = JsonFiles.ReadObject(file);
        string type = config["model_type"]?.ToString() ?? "";
        if (config.ContainsKey("ranker_type") || type.StartsWith("deberta", StringComparison.Ordinal))
            throw new SpaException($"'{path}' is a comparison model like PairRM, on a DeBERTa encoder, which is not supported; supported: reward models with one label of the families in "
                + "docs/families.md, or a service that compares (endpoint)");
    }

    private RewardScorer Scorer(ScoreItem[] items)
    {
        int largest = items.Max(item => PackedBatch.WholeRowsFor(_model.Config, item.Prompt.Length, [.. item.Responses.Select(r => r.Length)]));
        if (_scorer is not null && _scorer.Capacity >= largest) return _scorer;
        _scorer?.Dispose();
        return _scorer = new RewardScorer(_model, largest);
    }

    private ScoreItem Encode(SampledRow row)
    {
        var location = new RowLocation("row", row.Index, IsLine: false);
        if (row.Prompt is not (JsonArray or JsonValue)) return new ScoreItem(Checked(row.PromptIds, location), [.. row.Responses.Select(r => Checked(r.Ids, location))]);
        IReadOnlyList<Message>? messages = row.Prompt is JsonArray turns ? [.. turns.Select(t => Message.Of(t!.AsObject()))] : null;
        RowContent prompt = messages is null ? RowContent.OfText(row.Prompt.ToString()) : RowContent.OfMessages(messages).With(row.Arguments);
        IRowTokenizer tokenizer = _bundle.RowTokenizer;
        int[] head = messages is null ? _responses.OpenText(prompt.Text!) : tokenizer.Encode(tokenizer.Render(messages, addGenerationPrompt: true, row.Arguments), addSpecialTokens: false);
        return new ScoreItem(head, [.. row.Responses.Select(response =>
        {
            RowContent content = messages is null ? RowContent.OfText(response.Text) : RowContent.OfMessages([new Message(Message.Assistant, response.Text)]);
            return _responses.Encode(prompt, head, content, response.FinishReason == Generation.FinishReason.Stop ? ResponseEnd.Complete : ResponseEnd.Cut, location);
        })]);
    }

    private int[] Checked(int[] ids, RowLocation location)
    {
        RowChecks.RequireIds(ids, _model.Config, location);
        return ids;
    }
}
