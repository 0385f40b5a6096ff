using System.Text.Json.Nodes;
using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Configuration;
using Spa.Engine.Models;
using Spa.Engine.Models.Adapters;
using Spa.Engine.Pipeline;
using Spa.Engine.Reporting;
using Spa.Engine.Tests.Compute;
using Spa.Engine.Tests.Formats;

namespace Spa.Engine.Tests.Pipeline;

/// <summary>LoRA and QLoRA from a configuration to an adapter folder, which a reader that shares nothing with the engine reads back.</summary>
internal sealed class AdapterRunTests
{
    private static readonly string[] s_lora = ["use_peft=true", "lora_r=3", "lora_alpha=5", "lora_target_modules=[all-linear]", "learning_rate=0.01", "logging_steps=1"];

    [TestCase("use_dora=true")]
    [TestCase("use_rslora=true")]
    [TestCase("load_in_4bit=true", "use_bnb_nested_quant=true")]
    [TestCase("load_in_4bit=true", "bnb_4bit_quant_type=fp4")]
    [TestCase("load_in_8bit=true", "use_rslora=true")]
    public void A_trained_adapter_is_a_PEFT_folder_that_merges_onto_the_full_base(params string[] settings)
    {
        using TinyRun tiny = new();
        Train(tiny, ConfigurationStage.Dpo, CreateCpu, settings);
        string folder = Path.Combine(tiny.OutputPath, "model");
        Assert.That(Directory.GetFiles(tiny.OutputPath, "model*.safetensors", SearchOption.AllDirectories), Is.Empty, "no base, quantised or not");
        Assert.That(MetricsLog.Read(Path.Combine(tiny.OutputPath, "metrics.jsonl"))[0].Values["rewards/margins"], Is.EqualTo(0).Within(1e-6), "adapter off is the reference");

        PeftSpecification adapter = PeftSpecification.Read(folder);
        Assert.That(adapter.Config["base_model_name_or_path"]!.GetValue<string>(), Is.EqualTo(Path.GetFullPath(tiny.ModelPath)));
        Dictionary<string, (long[] Shape, float[] Values)> whole = SafetensorsSpecification.ReadFloats(Path.Combine(tiny.ModelPath, "model.safetensors"));
        using CpuBackend backend = CreateCpu();
        using ModelBundle bundle = ModelBundle.Open(folder);
        using Model model = bundle.Load(backend, DType.Float32);
        Assert.That(adapter.Modules.Keys, Is.EquivalentTo(model.Adapter!.Layout.Modules.Select(m => m.Name)));
        Assert.That(adapter.Modules.Values.Any(m => m.B.Any(row => row.Any(x => x != 0))), "it has learned");
        AdapterMerge.Apply(model);
        // s B A of rank 3 in float32 beside weights below 2.
        foreach (string module in adapter.Modules.Keys)
            Everywhere.AssertClose(Everywhere.ReadAny(backend, model.Weight(model.Table[module + ".weight"])), adapter.Merged(module, whole[module + ".weight"].Values), 1e-6, 1e-6, module);
    }

    [Test]
    public void A_quantised_stage_that_was_interrupted_ends_with_the_same_files()
    {
        using TinyRun whole = new(), torn = new();
        string[] settings = ["load_in_4bit=true", "use_bnb_nested_quant=true", "lora_dropout=0.1", "save_steps=1"];
        Train(whole, ConfigurationStage.Dpo, CreateCpu, settings);
        using var cancel = new CancellationTokenSource();
        Assert.That(() => Train(torn, ConfigurationStage.Dpo, CreateCpu, settings, new CancelAt("dpo/train", 2, cancel), cancel: cancel.Token), Throws.InstanceOf<OperationCanceledException>());
        Train(torn, ConfigurationStage.Dpo, CreateCpu, settings);
        SortedDictionary<string, string> expected = TinyRun.Outcome(whole.OutputPath), actual = TinyRun.Outcome(torn.OutputPath);
        // The configuration of the adapter names the base's folder, the card the data's.
        foreach (string name in expected.Keys.Where(name => Path.GetFileName(name) is not ("adapter_config.json" or "README.md"))) Assert.That(actual[name], Is.EqualTo(expected[name]), name);
    }

    [Test]
    public void The_loop_on_a_quantised_base_leaves_an_adapter_for_every_stage()
    {
        using TinyRun tiny = new();
        RunFolder folder = tiny.Execute(overrides: [.. s_lora, "load_in_4bit=true", "use_bnb_nested_quant=true"]);
        Assert.That(Directory.GetFiles(tiny.OutputPath, "model*.safetensors", SearchOption.AllDirectories), Is.Empty);
        for (int stage = 0; stage <= 2; stage++) Assert.That(PeftSpecification.Read(folder.Model(stage)).Modules, Has.Count.EqualTo(14), $"stage {stage}");
        Assert.That(File.Exists(Path.Combine(tiny.OutputPath, "report.html")));
    }

    [Test]
    public void On_the_emulated_device_a_quantised_base_trains_too([Values("float32", "bfloat16")] string dtype)
    {
        using TinyRun tiny = new(), beside = new();
        string[] settings = ["load_in_4bit=true", "use_bnb_nested_quant=true", "max_steps=1", "per_device_train_batch_size=1", "gradient_accumulation_steps=1", "gradient_checkpointing=false"];
        DType type = dtype == "bfloat16" ? DType.BFloat16 : DType.Float32;
        Train(tiny, ConfigurationStage.Sft, () => TestedBackend.CudaEmulator.Create(), settings, type: type);
        Train(beside, ConfigurationStage.Sft, CreateCpu, settings, type: type);
        PeftSpecification actual = PeftSpecification.Read(Path.Combine(tiny.OutputPath, "model")), expected = PeftSpecification.Read(Path.Combine(beside.OutputPath, "model"));
        Assert.That(actual.Modules.Keys, Is.EqualTo(expected.Modules.Keys));
        // AdamW's first step moves every weight of B by the learning rate against the sign of its gradient; where the gradient is next to 0 the sign is rounding.
        (double[] B, double[] Expected)[] all = [.. actual.Modules.Select(m => (m.Value.B.SelectMany(x => x).ToArray(), expected.Modules[m.Key].B.SelectMany(x => x).ToArray()))];
        int equal = all.Sum(m => m.B.Zip(m.Expected).Count(x => Math.Abs(x.First - x.Second) < 1e-4)), count = all.Sum(m => m.B.Length);
        Assert.That(equal, Is.GreaterThan(count * (type == DType.Float32 ? 0.99 : 0.9)), $"of {count}");
    }

    private static CpuBackend CreateCpu() => new(new CpuOptions { Threads = 2 });

    private static void Train(TinyRun tiny, ConfigurationStage stage, Func<ComputeBackend> create, string[] settings, RunLog? log = null, DType type = DType.Float32, CancellationToken cancel = default)
    {
        string config = tiny.In("stage.yaml");
        File.WriteAllText(config, $"""
            model_name_or_path: {tiny.ModelPath}
            dataset_name: {tiny.In("seed.jsonl")}
            output_dir: {tiny.OutputPath}
            per_device_train_batch_size: 2
            num_train_epochs: 1
            """);
        if (stage == ConfigurationStage.Sft)
            File.WriteAllLines(tiny.In("seed.jsonl"), Enumerable.Range(0, 4).Select(i => new JsonObject { ["prompt"] = TinyRun.Sentence(i), ["completion"] = " " + TinyRun.Sentence(i + 3) }.ToJsonString()));
        using ComputeBackend backend = create();
        SingleStage.Run(RunConfig.Load(config, stage, [.. s_lora, .. settings], out _), new RunContext(backend, type, log ?? RunLog.Silent, cancel), []);
    }

    // Asks for a stop when an update is done.
    private sealed class CancelAt(string phase, long update, CancellationTokenSource cancel) : RunLog
    {
        public override void Notice(string message) { }

        public override void Progress(string current, long done, long total, string unit, string detail = "")
        {
            if (current == phase && done == update) cancel.Cancel();
        }
    }
}
