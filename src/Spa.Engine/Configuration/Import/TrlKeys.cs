using System.Text.Json.Nodes;

namespace Spa.Engine.Configuration.Import;

/// <summary>Keys of TRL and alignment-handbook: ours have their names, apart from what was renamed and from mixtures of data sets.</summary>
internal static class TrlKeys
{
    private static readonly string[] s_dpo = ["beta", "loss_type", "max_prompt_length", "label_smoothing", "ref_model_name_or_path", "precompute_ref_log_probs"];
    private static readonly string[] s_sft = ["packing", "dataset_text_field", "max_seq_length", "completion_only_loss", "assistant_only_loss", "chat_template", "dataset_kwargs"];

    private static readonly Dictionary<string, string> s_reasons = new(StringComparer.Ordinal)
    {
        ["chat_template"] = "has no counterpart: put the template into the model's folder",
        ["dataset_splits"] = "has no counterpart: a file is one split",
        ["dataset_configs"] = "has no counterpart: a file is one configuration",
        ["preprocessing_num_workers"] = "is for Python; rows are tokenised on all cores",
        ["auto_insert_empty_system_msg"] = "has no counterpart: the chat template decides",
        ["tokenizer_name_or_path"] = "has no counterpart: the tokenizer is the model's",
        ["hub_model_revision"] = "is for the Hugging Face Hub; nothing is uploaded",
    };

    public static IReadOnlyDictionary<string, string> Read(ImportBuilder builder, JsonObject root)
    {
        builder.Stage = s_dpo.Any(builder.Has) || !s_sft.Any(builder.Has) ? ConfigurationStage.Dpo : ConfigurationStage.Sft;
        if (builder.Has("center_rewards_coefficient")) builder.Stage = ConfigurationStage.Reward;
        builder.Move("torch_dtype", "dtype");
        builder.Move("max_seq_length", "max_length");
        builder.Move("bnb_4bit_use_double_quant", "use_bnb_nested_quant");
        foreach ((string key, JsonNode? value) in root)
        {
            if (ConfigurationKeys.Find(key) is not null && value is not null) ReadOwn(builder, key);
            else if (key == "lr_scheduler_kwargs" && builder.Take(key) is JsonObject options) ReadSchedule(builder, options);
            else if (ForeignKeys.All.TryGetValue(key, out ForeignKey? foreign) && value is not null) ReadForeign(builder, foreign, value);
        }

        ReadMixture(builder);
        return s_reasons;
    }

    /// <summary>Options of a schedule, for every format that has transformers' names for them.</summary>
    public static void ReadSchedule(ImportBuilder builder, JsonObject options)
    {
        foreach ((string name, JsonNode? value) in options)
        {
            if (value is null) continue;
            if (ConfigurationKeys.Find($"lr_scheduler_kwargs.{name}") is not null) builder.Put($"lr_scheduler_kwargs.{name}", value, "lr_scheduler_kwargs");
            else builder.Note("lr_scheduler_kwargs", $"'{name}' has no counterpart");
        }
    }

    private static void ReadOwn(ImportBuilder builder, string key)
    {
        if (key is "dataset_name" or "eval_dataset") builder.PutDataset(key, builder.Take(key)!, key);
        else if (key == "report_to") ReadReports(builder, builder.Take(key)!);
        else builder.Move(key, key);
    }

    private static void ReadReports(ImportBuilder builder, JsonNode value)
    {
        string[] names = value is JsonArray list ? [.. list.Select(name => $"{name}")] : [value.ToString()];
        string[] ours = [.. names.Where(name => name is "none" or "all" or "tensorboard")];
        if (ours.Length > 0) builder.Put("report_to", new JsonArray([.. ours.Select(name => (JsonNode)name)]), "report_to");
        if (ours.Length < names.Length) builder.Note("report_to", $"{string.Join(", ", names.Except(ours))} has no counterpart; metrics.jsonl and the report are always written");
    }

    private static void ReadForeign(ImportBuilder builder, ForeignKey foreign, JsonNode value)
    {
        if (foreign.Name is "torch_dtype" or "max_seq_length" or "bnb_4bit_use_double_quant" or "dataset_mixture" or "datasets") return;
        builder.Note(foreign.Name, foreign.Fate(value));
    }

    // {name: share} of the handbook's first version, {datasets: [{id, config, split, weight}]} of its second, datasets: [{path, name, split, fraction}] of TRL.
    private static void ReadMixture(ImportBuilder builder)
    {
        JsonObject? mixture = builder.Take("dataset_mixture") as JsonObject;
        if (builder.Take("dataset_mixer") is JsonObject shares) PutMixture(builder, "dataset_mixer", [.. shares.Select(pair => pair.Key)], "");
        else if (mixture?["datasets"] is JsonArray sets) PutMixture(builder, "dataset_mixture", Names(sets), Parts(sets) + HeldOut(mixture));
        else if (builder.Take("datasets") is JsonArray own) PutMixture(builder, "datasets", Names(own), Parts(own));
    }

    private static string[] Names(JsonArray sets) => [.. sets.OfType<JsonObject>().Select(set => $"{AxolotlKeys.FileOf(set) ?? set["id"]?.ToString()}")];

    private static void PutMixture(ImportBuilder builder, string from, string[] names, string rest)
    {
        if (names.Length == 0) return;
        if (builder.Has("dataset_name")) builder.Note("dataset_name", $"is passed over beside {from}, as there");
        builder.PutDataset("dataset_name", names[0], from);
        string hub = HubNames.IsLike(names[0]) ? $"; a data set of the Hugging Face Hub: {HubNames.Advice(names[0])}" : "";
        if (names.Length > 1) builder.Note(from, $"{string.Join(", ", names)} are mixed there by shares; join them into one file and name it in dataset_name{rest}{hub}");
        else if (rest.Length + hub.Length > 0) builder.Note(from, $"'{names[0]}' becomes dataset_name{rest}{hub}");
    }

    // A file is all of its rows.
    private static string Parts(JsonArray sets)
    {
        string[] splits = [.. sets.OfType<JsonObject>().Select(set => $"{set["split"]}").Where(split => split is not ("" or "train")).Distinct()];
        return splits.Length > 0 ? $"; a file is one split ({string.Join(", ", splits)} there)" : "";
    }

    private static string HeldOut(JsonObject mixture) =>
        mixture["test_split_size"] is { } size ? $"; test_split_size {size} has no counterpart: put rows aside and name them in eval_dataset" : "";
}
