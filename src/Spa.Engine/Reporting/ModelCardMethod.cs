namespace Spa.Engine.Reporting;

/// <summary>How a model was trained, in the words of its card.</summary>
/// <param name="Sentence">Follows the name of the base model.</param>
/// <param name="Tags">For the hub.</param>
/// <param name="Limit">What the method cannot do; empty: nothing beyond what the base model cannot.</param>
public sealed record ModelCardMethod(string Sentence, IReadOnlyList<string> Tags, string Limit)
{
    /// <summary>The hub's word for what such a model does.</summary>
    public string PipelineTag { get; private init; } = "text-generation";

    /// <summary>The whole loop.</summary>
    public static ModelCardMethod Spa { get; } = Loop("implicit", seed: true);

    /// <summary>The loop with any judge.</summary>
    /// <param name="judge">As <c>spa.judge</c> names it.</param>
    /// <param name="seed">Whether it began with labelled pairs.</param>
    public static ModelCardMethod Loop(string judge, bool seed)
    {
        bool own = judge == "implicit";
        string judging = judge switch
        {
            "implicit" => "samples answers, judges them by its own implicit reward, and trains on them",
            "llm" => "samples answers, a language model compares them, and it trains on the pairs",
            "endpoint" => "samples answers, a service compares them, and it trains on the pairs",
            "reward-model" => "samples answers, a reward model scores them, and it trains on the pairs",
            "gold" => "samples answers, an oracle says which is better, and it trains on the pairs",
            _ => "samples answers, chance says which is better, and it trains on the pairs",
        };
        return new ModelCardMethod(
            $"aligned by {(own ? "Spread Preference Annotation (Kim et al., ICLR 2025, arXiv 2406.04412)" : "iterative DPO")}: {(seed ? "DPO on a small set of human preferences, then " : "")}"
                + $"iterations in which the model {judging} with noise-aware DPO.",
            own ? ["spa", "dpo", "preference-alignment"] : ["dpo", "preference-alignment"],
            judge switch
            {
                "implicit" => $"It was trained towards preferences that the model itself judged{(seed ? ", starting from a small labelled set: mistakes and tastes of that set are amplified, not corrected." : ": they are those of its start, amplified.")}",
                "random" => "Its preferences were drawn by chance: it is there to be compared with.",
                _ => "It was trained towards the preferences of a judge: the judge's mistakes and tastes are learned, not corrected.",
            });
    }

    /// <summary>Training on labelled pairs alone.</summary>
    public static ModelCardMethod Dpo { get; } = new(
        "trained on preference pairs by Direct Preference Optimization (Rafailov et al., NeurIPS 2023, arXiv 2305.18290).",
        ["dpo", "preference-alignment"],
        "It was trained towards the preferences of its data: their mistakes and tastes are learned, not corrected.");

    /// <summary>A reward model.</summary>
    public static ModelCardMethod Reward { get; } = new(
        "trained on preference pairs to give responses rewards (Bradley and Terry): sigmoid of the difference of two rewards is the probability that the one response is preferred.",
        ["reward-model", "reward-trainer"],
        "Its rewards order responses to one prompt as its data did, and mean nothing across prompts; a policy that is optimised against it finds its mistakes.")
    { PipelineTag = "text-classification" };

    /// <summary>Policy optimisation.</summary>
    public static ModelCardMethod Rloo { get; } = new(
        "trained by policy optimisation with a leave-one-out baseline (RLOO; Ahmadian et al., ACL 2024, arXiv 2402.14740) against a reward, with a KL penalty towards its start.",
        ["rloo", "reinforcement-learning"],
        "It was trained towards a reward, not towards what the reward stands for: where the two part, it follows the reward.");

    /// <summary>Supervised fine-tuning.</summary>
    public static ModelCardMethod Sft { get; } = new(
        "fine-tuned to imitate examples.",
        ["sft"],
        "It was trained to imitate its data: their mistakes are learned, not corrected.");

    /// <summary>Another form of the same weights.</summary>
    public static ModelCardMethod Converted { get; } = new("in another form: the weights are the model's own, up to the rounding of their type.", [], "");

    /// <summary>An adapter added to its base.</summary>
    public static ModelCardMethod Merged { get; } = new("with an adapter added to its weights.", [], "");
}
