using System.Text.Json.Nodes;
using Spa.Engine.Generation;
using Spa.Engine.Models;

namespace Spa.Engine.Pipeline.Judges;

/// <summary>Conversations continued by a model of this engine.</summary>
/// <param name="name">In files and reports.</param>
/// <param name="model">Who speaks.</param>
/// <param name="tokenizer">Its tokenizer and template.</param>
/// <param name="seed">Of all sampling.</param>
/// <param name="ownsModel">Whether the model goes with this object.</param>
public sealed class LocalChat(string name, Model model, ModelTokenizer tokenizer, ulong seed, bool ownsModel = false) : IChatModel
{
    public string Name => name;

    public JsonObject? Usage => null;

    /// <exception cref="SpaException">A conversation does not fit the model's context.</exception>
    public void Complete(IReadOnlyList<ChatRequest> requests, Action<int, ChatReply> done, CancellationToken cancel)
    {
        int[][] prompts = [.. requests.Select(r => ChatPrompt.Encode(tokenizer, r.Messages))];
        int tooLong = Array.FindIndex(prompts, p => p.Length >= model.Config.MaxPositions);
        if (tooLong >= 0)
            throw new SpaException($"conversation {tooLong + 1} has {prompts[tooLong].Length} tokens, the context of '{name}' holds {model.Config.MaxPositions} with at least one new token; "
                + "use a model with a longer context");
        foreach (IGrouping<(double, int, int), int> alike in Enumerable.Range(0, requests.Count)
            .GroupBy(i => (requests[i].Temperature, requests[i].MaxNewTokens, requests[i].TopLogProbs)))
        {
            int[] members = [.. alike];
            ChatRequest first = requests[members[0]];
            var settings = new SamplingSettings
            {
                Temperature = first.Temperature,
                MaxNewTokens = first.MaxNewTokens,
                TopLogProbs = first.TopLogProbs,
                StopTokens = tokenizer.EndIds,
                Seed = seed,
            };
            using var generator = new Generator(model, settings, members.Max(i => prompts[i].Length));
            generator.Generate([.. members.Select(i => new GenerationPrompt(prompts[i], requests[i].Key))], (i, responses) => done(members[i], Reply(responses[0])), cancel);
        }
    }

    public void Dispose()
    {
        if (ownsModel) model.Dispose();
    }

    private ChatReply Reply(GeneratedResponse response) => new(tokenizer.Decode(response.Ids), response.FinishReason == FinishReason.Length,
        response.TopLogProbs is { Length: > 0 } top ? [.. top[0].Select(t => KeyValuePair.Create(tokenizer.Decode([t.Id]), (double)t.Logp))] : null);
}
