using System.Text.Json.Nodes;
using Spa.Engine.Models;

namespace Spa.Engine.Pipeline.Judges;

/// <summary>
/// LLM-as-judge with a model of this engine: nothing is sampled, the log-probs of the two verdicts behind the prompt are the answer,
/// P(first) = p(first verdict) / (p(first verdict) + p(second verdict)). A prompt that does not fit the model's context has no verdict.
/// </summary>
public sealed class LlmComparer : IPairComparer
{
    // Questions scored between two looks at the cancellation.
    private const int Chunk = 64;

    private readonly Model _model;
    private readonly ModelTokenizer _tokenizer;
    private readonly PairPrompt _prompt;
    private readonly int[][] _verdicts;
    private readonly bool _ownsModel;
    private Scorer? _scorer;

    /// <param name="name">In files and reports.</param>
    /// <param name="model">The judge.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="prompt">How it is asked.</param>
    /// <param name="ownsModel">Whether the model goes with this object.</param>
    /// <exception cref="UsageException">Both verdicts come to the same tokens, or one to none.</exception>
    public LlmComparer(string name, Model model, ModelTokenizer tokenizer, PairPrompt prompt, bool ownsModel = false)
    {
        (Name, _model, _tokenizer, _prompt, _ownsModel) = (name, model, tokenizer, prompt, ownsModel);
        _verdicts = [tokenizer.Encode(prompt.FirstVerdict, addSpecialTokens: false), tokenizer.Encode(prompt.SecondVerdict, addSpecialTokens: false)];
        if (_verdicts.Any(v => v.Length == 0) || _verdicts[0].AsSpan().SequenceEqual(_verdicts[1]))
            throw new UsageException($"the verdicts '{prompt.FirstVerdict}' and '{prompt.SecondVerdict}' come to the same tokens, or to none; choose others");
    }

    public string Name { get; }

    public JsonObject? Usage => null;

    public void Compare(IReadOnlyList<PairQuestion> questions, Action<int, PairAnswer> done, CancellationToken cancel)
    {
        for (int first = 0; first < questions.Count; first += Chunk)
        {
            cancel.ThrowIfCancellationRequested();
            int[][] prompts = [.. questions.Skip(first).Take(Chunk).Select(q => ChatPrompt.Encode(_tokenizer, _prompt.Fill(q)))];
            PairAnswer[] answers = new PairAnswer[prompts.Length];
            Array.Fill(answers, PairAnswer.None());
            int longest = _model.Config.MaxPositions - _verdicts.Max(v => v.Length);
            int[] fitting = [.. Enumerable.Range(0, prompts.Length).Where(i => prompts[i].Length <= longest)];
            Score(prompts, fitting, answers, cancel);
            for (int i = 0; i < answers.Length; i++) done(first + i, answers[i]);
        }
    }

    public void Dispose()
    {
        _scorer?.Dispose();
        if (_ownsModel) _model.Dispose();
    }

    private void Score(int[][] prompts, int[] fitting, PairAnswer[] answers, CancellationToken cancel)
    {
        if (fitting.Length == 0) return;
        int rows = fitting.Max(i => PackedBatch.RowsFor(prompts[i].Length, [.. _verdicts.Select(v => v.Length)]));
        if (_scorer is null || _scorer.Capacity < rows)
        {
            _scorer?.Dispose();
            _scorer = new Scorer(_model, null, 0, rows);
        }

        _scorer.Score([.. fitting.Select(i => new ScoreItem(prompts[i], _verdicts))], (i, scores) => answers[fitting[i]] = Answer(scores[0].Logp, scores[1].Logp), cancel);
    }

    private static PairAnswer Answer(double first, double second) =>
        new(Compute.Logistic.Sigmoid(first - second), Math.Exp(first) + Math.Exp(second));
}
