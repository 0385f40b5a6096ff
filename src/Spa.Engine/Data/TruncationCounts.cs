using System.Text.Json.Nodes;

namespace Spa.Engine.Data;

/// <summary>How much was cut to fit, in rows and tokens.</summary>
public sealed class TruncationCounts
{
    /// <summary>Rows with a shortened prompt, and the tokens these lost.</summary>
    public long CutPrompts { get; private set; }

    public long CutPromptTokens { get; private set; }

    /// <summary>Responses that were shortened, and the tokens these lost; a pair may count twice.</summary>
    public long CutResponses { get; private set; }

    public long CutResponseTokens { get; private set; }

    /// <summary>Rows left out because the prompt leaves no room for a response.</summary>
    public long Dropped { get; private set; }

    /// <summary>One line for each kind of cut that happened.</summary>
    public IEnumerable<string> Lines()
    {
        if (CutPrompts > 0) yield return $"cut {CutPrompts} prompts by {CutPromptTokens} tokens in all to fit max_length / max_prompt_length";
        if (CutResponses > 0) yield return $"cut {CutResponses} responses by {CutResponseTokens} tokens in all to fit max_length; they carry no end token";
        if (Dropped > 0) yield return $"dropped {Dropped} rows: the prompt alone fills max_length";
    }

    public JsonObject ToJson() => new()
    {
        ["cut_prompts"] = CutPrompts,
        ["cut_prompt_tokens"] = CutPromptTokens,
        ["cut_responses"] = CutResponses,
        ["cut_response_tokens"] = CutResponseTokens,
        ["dropped"] = Dropped,
    };

    internal void AddPrompt(int lost)
    {
        if (lost == 0) return;
        CutPrompts++;
        CutPromptTokens += lost;
    }

    internal void AddResponse(int lost)
    {
        if (lost == 0) return;
        CutResponses++;
        CutResponseTokens += lost;
    }

    internal void AddDropped() => Dropped++;
}
