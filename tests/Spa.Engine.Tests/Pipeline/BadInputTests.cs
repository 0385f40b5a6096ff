using System.Text.Json.Nodes;
using Spa.Engine.Pipeline;

namespace Spa.Engine.Tests.Pipeline;

/// <summary>
/// What a user can get wrong ends in one line that names the place and says what to do, before the first expensive step. {ROOT} stands for the folder of the
/// test's files.
/// </summary>
internal sealed class BadInputTests : IDisposable
{
    private readonly TinyRun _tiny = new();

    public void Dispose() => _tiny.Dispose();

    [Test]
    public void A_missing_model()
    {
        Directory.Delete(_tiny.ModelPath, recursive: true);
        Refused("model '{ROOT}/model' does not exist; a Hugging Face folder, a PEFT adapter folder or a .gguf file on this machine is expected (nothing is downloaded)");
    }

    [Test]
    public void A_model_without_config()
    {
        File.Delete(_tiny.In("model/config.json"));
        Refused("'{ROOT}/model' has no config.json; a Hugging Face model folder has one: check the path, or copy or download the model again");
    }

    [Test]
    public void A_model_without_weights()
    {
        File.Delete(_tiny.In("model/model.safetensors"));
        Refused("'{ROOT}/model' has no weights: model.safetensors or model.safetensors.index.json is expected; copy or download the model again");
    }

    [Test]
    public void Truncated_weights()
    {
        using (FileStream file = File.OpenWrite(_tiny.In("model/model.safetensors"))) file.SetLength(file.Length / 2);
        Refused("'{ROOT}/model/model.safetensors' is truncated: tensor 'model.layers.0.mlp.down_proj.weight' ends at byte 46,464 of the data, the file has 45,460; copy or download it again");
    }

    [Test]
    public void Damaged_config_json()
    {
        File.WriteAllText(_tiny.In("model/config.json"), "{\n  \"model_type\": \"llama\",\n");
        Refused("'{ROOT}/model/config.json' is not valid JSON (line 3, byte 1): Expected start of a property name or value, but instead reached end of data");
    }

    [Test]
    public void A_shape_that_does_not_fit_the_config() =>
        RefusedWithConfig(c => c["intermediate_size"] = 48, "'{ROOT}/model/model.safetensors': tensor 'model.layers.0.mlp.gate_proj.weight' must have shape [48, 24] by config.json, found [40, 24]; config and weights do not belong together");

    [Test]
    public void An_unknown_architecture() =>
        RefusedWithConfig(c => c["model_type"] = "mamba", "{ROOT}/model/config.json: 'model_type' is 'mamba'; supported: llama, mistral, qwen2, qwen3, phi, phi3, gemma2, gemma3_text, stablelm, olmo2, smollm3");

    [Test]
    public void A_tokenizer_with_more_tokens_than_the_model() =>
        RefusedWithConfig(c => c["vocab_size"] = 280, "the tokenizer of '{ROOT}/model' has 290 tokens, the model '{ROOT}/model' has 280; they do not belong together, use the tokenizer that came with the model");

    [Test]
    public void A_setting_that_changes_the_computation_and_is_not_known() =>
        RefusedWithConfig(c => c["sliding_window"] = 64, "{ROOT}/model/config.json: 'sliding_window' is 64, which models of type 'llama' do not have here; this model would be computed wrongly");

    [Test]
    public void A_rotary_scaling_that_is_not_known() =>
        RefusedWithConfig(c => c["rope_scaling"] = new JsonObject { ["rope_type"] = "spiral", ["factor"] = 4.0 }, "{ROOT}/model/config.json, rope_scaling: 'rope_type' is 'spiral'; supported: default, linear, dynamic, llama3, yarn, longrope");

    [Test]
    public void A_number_that_is_none() =>
        RefusedWithConfig(c => c["num_hidden_layers"] = "two", "{ROOT}/model/config.json: 'num_hidden_layers' must be an integer of at least 1, found \"two\"");

    [Test]
    public void A_layer_that_the_config_does_not_have() =>
        RefusedWithConfig(c => c["num_hidden_layers"] = 1, "'{ROOT}/model/model.safetensors': tensor 'model.layers.1.input_layernorm.weight' has no place in a model of type 'llama' with this config.json; the model would be computed wrongly without it");

    [Test]
    public void NaN_in_the_weights()
    {
        var first = new float[40];
        first[30] = float.NaN;
        Rewrite(first: first);
        Refused("'{ROOT}/model/model.safetensors': tensor 'model.embed_tokens.weight' has the value NaN at row 1, column 6; the file is damaged or training diverged");
    }

    [Test]
    public void A_model_without_tokenizer()
    {
        File.Delete(_tiny.In("model/tokenizer.json"));
        SpaException error = Assert.Throws<SpaException>(() => _tiny.Execute())!;
        Assert.That(error.Message, Does.Contain(_tiny.ModelPath).And.Contain("tokenizer"));
    }

    [Test]
    public void A_damaged_tokenizer()
    {
        File.WriteAllText(_tiny.In("model/tokenizer.json"), "{\"model\": 7}");
        Refused("{ROOT}/model/tokenizer.json: model: expected Object, found Number");
    }

    [Test]
    public void A_model_that_names_no_end_token()
    {
        Rewrite(c => c.Remove("eos_token_id"), f => f["tokenizer_config.json"] = "{}");
        Refused("'{ROOT}/model' names no end-of-sequence token, so no response could ever end; add eos_token_id to generation_config.json");
    }

    [Test]
    public void A_missing_data_file() => Refused("{ROOT}/nowhere.jsonl: cannot read rows: there is no such file", "spa.seed_dataset={ROOT}/nowhere.jsonl");

    [TestCase("""{"prompt": "a", "chosen": "b"}""", "{ROOT}/seed.jsonl:2: missing_field: a field is missing ('rejected'); add it or name the right file")]
    [TestCase("""{"prompt": "a", "chosen": "b", "rejected": ""}""", "{ROOT}/seed.jsonl:2: empty_answer_rejected: the rejected answer is blank; remove the row or give it an answer")]
    [TestCase("""{"prompt": "a", "chosen": 7, "rejected": "c"}""", "{ROOT}/seed.jsonl:2: not_a_string: a field is neither text nor a list of {role, content} ('chosen' is a number); correct the row")]
    [TestCase("""{"prompt": "a", "chosen": """, "{ROOT}/seed.jsonl:2:27: not valid JSON: the object does not end on its line; write one object a line, or all rows as one array.")]
    [TestCase("""{"prompt_ids": [1, 2], "chosen_ids": [290], "rejected_ids": [3]}""", "{ROOT}/seed.jsonl:2: token id 290 is outside the model's vocabulary of 290 tokens; use the tokenizer that belongs to the model")]
    public void A_bad_row_is_named_by_file_and_line(string row, string message)
    {
        File.WriteAllText(_tiny.In("seed.jsonl"), """{"prompt": "a", "chosen": "b", "rejected": "c"}""" + "\n" + row + "\n");
        Refused(message);
    }

    [Test]
    public void Ids_of_a_prompt_beyond_the_vocabulary_are_found_before_sampling()
    {
        File.AppendAllText(_tiny.In("x2.jsonl"), """{"prompt_ids": [4, 4000]}""" + "\n");
        Refused("{ROOT}/x2.jsonl:10: token id 4000 is outside the model's vocabulary of 290 tokens; use the tokenizer that belongs to the model");
    }

    [Test]
    public void An_empty_data_file()
    {
        File.WriteAllText(_tiny.In("x1.jsonl"), "");
        Refused("{ROOT}/x1.jsonl: expected at least one usable row, found 0 rows, none usable");
    }

    [Test]
    public void Messages_without_a_template()
    {
        File.Delete(_tiny.In("model/chat_template.jinja"));
        Refused("'{ROOT}/model' has no chat template, and a row holds messages; give a model with chat_template.jinja, or rows with text");
    }

    [Test]
    public void Prompts_that_leave_no_room_for_a_response() => Refused("{ROOT}/x1.jsonl: none of 9 prompts leaves room for max_new_tokens 256; lower spa.sampling.max_new_tokens or raise max_length (the model's context is 256)", "spa.sampling.max_new_tokens=256");

    [Test]
    public void Prompts_longer_than_the_context_are_cut_in_front_and_reported()
    {
        string prompt = string.Join(' ', Enumerable.Range(0, 200).Select(i => TinyRun.Sentence(i)));
        File.AppendAllText(_tiny.In("x1.jsonl"), new JsonObject { ["prompt"] = prompt }.ToJsonString() + "\n");
        var log = new CollectingLog();
        RunFolder folder = _tiny.Execute(log, overrides: ["spa.iterations=1"]);
        JsonObject last = JsonNode.Parse(File.ReadLines(folder.Samples(1)).Last())!.AsObject();
        Assert.That(last["prompt_ids"]!.AsArray(), Has.Count.EqualTo(256 - 10), "the context less the new tokens");
        Assert.That(log.Notices, Has.Some.StartWith(_tiny.In("x1.jsonl") + ": ").And.Some.Contains("cut"));
    }

    [TestCase("learning_rat=1", "--set learning_rat: unknown key 'learning_rat', did you mean 'learning_rate'?")]
    [TestCase("spa.noise_quantil=0.1", "--set spa.noise_quantil: unknown key 'spa.noise_quantil', did you mean 'spa.noise_quantile'?")]
    [TestCase("spa.sampling.temprature=1", "--set spa.sampling.temprature: unknown key 'spa.sampling.temprature', did you mean 'spa.sampling.temperature'?")]
    [TestCase("beta=much", "--set beta: 'beta' must be a number in [0, inf); found \"much\"")]
    [TestCase("loss_type=ipo", "'loss_type: ipo' is not supported by this build; supported: spa, or another one with spa dpo")]
    [TestCase("optim=adamw_bf16", "'optim: adamw_bf16' rounds bfloat16 weights, and all that are trained here are float32; set dtype: bfloat16, or another optim (adapters are bfloat16 on CUDA alone)")]
    [TestCase("spa.judge=reward-model", "spa.judging: the reward-model judge needs the folder of a reward model; spa reward trains one")]
    public void A_key_or_value_that_is_not_known(string setting, string message) => RefusedUsage(message, setting);

    [Test]
    public void A_run_json_of_something_else()
    {
        Directory.CreateDirectory(_tiny.OutputPath);
        File.WriteAllText(Path.Combine(_tiny.OutputPath, "run.json"), "[]");
        Refused("'{ROOT}/out/run.json' is not a run state of this engine (The node must be of type 'JsonObject'.); restore it, or choose another output_dir");
    }

    [Test]
    public void A_report_of_a_folder_that_is_no_run() =>
        Assert.That(() => RunReportBuilder.Write(new RunFolder(_tiny.In("empty"))), Throws.TypeOf<SpaException>()
            .With.Message.EqualTo($"'{_tiny.In("empty")}' is not a run folder: it has no run.json; name the output_dir of spa run"));

    private void Refused(string message, params string[] overrides)
    {
        var log = new CollectingLog();
        SpaException error = Assert.Throws<SpaException>(() => _tiny.Execute(log, overrides: Named(overrides)))!;
        Assert.That(error.Message, Is.EqualTo(Named(message)));
        Assert.That(log.Phases.Where(p => p != "sft/evaluate"), Is.Empty, "found before any work");
    }

    private void RefusedUsage(string message, params string[] overrides) =>
        Assert.That(Assert.Throws<UsageException>(() => _tiny.Execute(overrides: overrides))!.Message, Is.EqualTo(Named(message)));

    private void RefusedWithConfig(Action<JsonObject> change, string message)
    {
        Rewrite(change);
        Refused(message);
    }

    private void Rewrite(Action<JsonObject>? config = null, Action<Dictionary<string, string>>? files = null, float[]? first = null)
    {
        Directory.Delete(_tiny.ModelPath, recursive: true);
        TinyRun.WriteModel(_tiny.ModelPath, config, files, first);
    }

    private string Named(string text) => text.Replace("{ROOT}", _tiny.Root, StringComparison.Ordinal);

    private string[] Named(string[] texts) => Array.ConvertAll(texts, Named);
}
