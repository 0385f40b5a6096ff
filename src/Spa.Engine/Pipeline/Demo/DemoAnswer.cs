using System.Text.Json.Nodes;
using Spa.Engine.Generation;

namespace Spa.Engine.Pipeline.Demo;

/// <summary>An answer to a prompt of the demo, with its gold score.</summary>
/// <param name="Text">Decoded.</param>
/// <param name="Ids">As sampled, the end token included.</param>
/// <param name="Cut">It ran into the limit.</param>
/// <param name="Gold">What it is worth.</param>
internal sealed record DemoAnswer(string Text, int[] Ids, bool Cut, DemoGold Gold)
{
    public static DemoAnswer Of(GeneratedResponse response, ModelTokenizer tokenizer, DemoFact fact)
    {
        string text = tokenizer.Decode(response.Ids);
        return new DemoAnswer(text, response.Ids, response.FinishReason == FinishReason.Length, DemoGold.Of(text, fact));
    }

    public static DemoAnswer FromJson(JsonNode json, DemoFact fact)
    {
        string text = json["text"]!.GetValue<string>();
        return new DemoAnswer(text, SampledRow.Ints(json["ids"]!), json["cut"]!.GetValue<bool>(), DemoGold.Of(text, fact));
    }

    public JsonObject ToJson() => new() { ["text"] = Text, ["gold"] = Gold.Score, ["cut"] = Cut, ["ids"] = SampledRow.Array(Ids) };
}
