namespace Spa.Engine.Configuration;

/// <content>The keys of the refinement loss and of the loop, under <c>spa:</c>.</content>
public static partial class ConfigurationKeys
{
    private static IEnumerable<ConfigurationKey> Refinement() =>
    [
        Key("spa.label_smoothing", ConfigurationKind.NumberList, "0.1", Paper, "Alpha: how much of a flagged pair's label is taken as flipped, one number or one per iteration; 0 is "
            + "plain iterative DPO.") with { Range = new Interval("[0, 1]") },
        Key("spa.noise_quantile", ConfigurationKind.NumberList, "0.1", Paper, "K: the share of least confident pairs that are flagged, one number or one per iteration.")
            with { Range = new Interval("[0, 1]") },
        Key("spa.extrapolation", ConfigurationKind.NumberList, "[0.5, 0.25, 0.125]", Paper, "Lambda, one number or one per iteration; 0 is no decoupling.")
            with { Range = new Interval("[0, inf)") },
        Choice("spa.threshold", "quantile", ["quantile", "rolling", "batch"], Own,
            "How the threshold is found: exact quantile of the latest pairs, the released code's rolling window, or this batch's quantile."),
        Number("spa.refine_warmup_ratio", "0.2", "[0, 1]", "SPA released code", "Share of a stage's updates during which alpha is 0."),
        Choice("spa.flag", "smooth", ["smooth", "flip", "drop"], Own,
            "What the loss makes of flagged pairs: smooth their labels by alpha (the paper), judge them again by the sign of their extrapolated margin, or leave them out."),
        Whole("spa.reference_refresh", "0", "[0, inf)", Own, "Updates after which the policy becomes the training reference, again and again within a stage; 0 for never."),
        Text("spa.seed_dataset", "null", Own, "Human preference pairs for the seed stage; unset, the loop starts from the model as it is."),
        Whole("spa.seed_pairs", "null", "[1, inf)", Own, "How many pairs of seed_dataset are used, drawn by seed; unset, all."),
        Number("spa.seed_num_train_epochs", "3", "(0, inf)", Paper, "Passes over the seed pairs; num_train_epochs is for the later stages."),
        Number("spa.seed_learning_rate", "null", "(0, inf)", Own, "Learning rate of the seed stage; unset, learning_rate."),
        Texts("spa.prompts", "null", Own, "One file of prompts per iteration, or one file for all with prompts_per_iteration.")
            with { RequiredBy = [ConfigurationStage.Run] },
        Key("spa.prompts_per_iteration", ConfigurationKind.IntegerList, "null", Paper, "Prompts of each iteration: taken one after the other from one file, or at most "
            + "so many of each file; one number is for all.") with { Range = new Interval("[1, inf)") },
        Whole("spa.samples_per_prompt", "2", "[2, inf)", Paper, "Responses sampled per prompt; the best and the worst make the pair."),
        Number("spa.sampling.temperature", "0.7", "[0, inf)", Paper, "Sampling temperature."),
        Number("spa.sampling.top_p", "1", "(0, 1]", Paper, "Nucleus: the smallest set of tokens with this probability."),
        Whole("spa.sampling.top_k", "0", "[0, inf)", Own, "The most likely tokens that are sampled from; 0 for all."),
        Whole("spa.sampling.max_new_tokens", "300", "[1, inf)", Paper, "Longest response."),
        Choice("spa.judge", "implicit", ["implicit", "llm", "reward-model", "endpoint", "gold", "random"], Paper,
            "Who prefers: the implicit reward, the model as judge, a reward model, a service, a known rule, or chance (a control).") with
        {
            StageDefaults = new Dictionary<ConfigurationStage, string> { [ConfigurationStage.Rloo] = "reward-model" },
        },
        Choice("spa.judge_reference", "sft", ["sft", "previous", "none"], Paper, "The reference of the implicit reward."),
        Choices("spa.filter", "empty", ["empty", "cut", "duplicate", "none"], Own,
            "Responses that are left out before pairs are taken: empty ones, those cut at max_new_tokens, those that equal an earlier one; or none."),
        Choice("spa.judging.pairs", "best_worst", ["best_worst", "all", "top_random"], Own,
            "Which pairs of the K responses to a prompt are taken: the best against the worst, every two that differ, or the best against one of the others by chance."),
        Choice("spa.judging.length", "none", ["none", "normalize", "penalty"], Own,
            "Against the growth of responses: the implicit reward per token, or any judge's reward minus length_penalty for each token."),
        Number("spa.judging.length_penalty", "0.01", "[0, inf)", Own, "Reward that a token costs with length: penalty."),
        Flag("spa.judging.calibrate", "false", Own,
            "Divides the implicit reward by the temperature that makes the seed pairs' labels most likely; orders no pair otherwise, but makes probabilities honest."),
        Text("spa.judging.model", "null", Own, "The judge's model: a folder or .gguf file for llm (unset, the model that sampled), a folder for reward-model, the name at the service for endpoint."),
        Text("spa.judging.prompt", "null", Own, "File of the pairwise prompt for llm and endpoint; unset, the engine's own."),
        Texts("spa.judging.verdicts", "[A, B]", Own, "What a pairwise judge says if the first response is better, and if the second is."),
        Text("spa.judging.url", "null", Own, "Base address of an OpenAI-compatible service for endpoint, such as http://localhost:8000/v1."),
        Text("spa.judging.api_key_env", "null", Own, "Environment variable that holds the service's key; the key is never written anywhere."),
        Number("spa.judging.requests_per_minute", "0", "[0, inf)", Own, "Most requests begun in a minute; 0 for no limit."),
        Whole("spa.judging.concurrency", "4", "[1, 1024]", Own, "Requests under way at once."),
        Number("spa.judging.timeout", "120", "(0, 86400]", Own, "Seconds that one reply of a service or of a gold program may take."),
        Whole("spa.judging.retries", "6", "[0, 100]", Own, "Further attempts after a failure that may pass."),
        Text("spa.judging.cache", "null", Own, "Folder of a service's replies by the content of their requests; unset, judge-cache in the run folder."),
        Number("spa.judging.prompt_price", "0", "[0, inf)", Own, "Price of a million prompt tokens, to count the cost."),
        Number("spa.judging.completion_price", "0", "[0, inf)", Own, "Price of a million tokens of replies, to count the cost."),
        Text("spa.judging.labels", "null", Own, "File of labels for gold: {index, scores}, {prompt, response, score} or {prompt, chosen, rejected}."),
        Texts("spa.judging.program", "null", Own, "Program for gold, with its arguments: a JSON line in, a JSON line with scores out."),
        Choice("spa.judging.rule", "null", ["demo"], Own, "Known rule for gold: that of the demo's task."),
        Choices("spa.controls", "null", ["seed_only", "random_judge", "gold_judge"], Own,
            "What the loop is compared with: the seed stage for as many updates as the whole loop, or the loop with a random judge or the gold one of judging."),
        Whole("spa.iterations", "3", "[0, inf)", Paper, "Rounds of sampling, judging and training after the seed stage."),
    ];
}
