using System.CommandLine;
using System.Text.Json.Nodes;
using Spa.Cli.Options;
using Spa.Engine;
using Spa.Engine.Compute;
using Spa.Engine.Formats;
using Spa.Engine.Models;
using Spa.Engine.Models.Adapters;
using Spa.Engine.Pipeline;

namespace Spa.Cli.Commands;

/// <summary><c>spa convert</c>: a model in another form.</summary>
internal sealed class ConvertCommand : CliCommand
{
    private const string GgufEnding = ".gguf";

    private readonly Option<string?> _model = RowOptions.Model();
    private readonly Option<string?> _tokenizer = RowOptions.Tokenizer();
    private readonly Option<string?> _output = Opt.Text("--output", "DIR|F.gguf", "What to write; it appears when it is whole. For gguf a folder gets model.gguf.", required: true);
    private readonly Option<string?> _format = Opt.Choice("--format", "hf: a Hugging Face folder. gguf: one file for llama.cpp. Default: hf, or gguf where --output ends in .gguf.", "hf", "gguf");

    private readonly Option<string?> _type = Opt.Choice("--dtype", "How matrices are written; float16 and q8_0 are for gguf. Default: bfloat16 where the model has it, else float32.", "float32",
        "bfloat16", "float16", "q8_0");

    private readonly Option<long?> _shard = ByteSize.Option("--max-shard-size", "Largest safetensors file, such as 2GB; a larger model is split. Default 5GB.");

    private readonly Option<bool> _merge = Opt.Flag("--merge-adapter", "Add the adapter that --model names to its base and write a whole model.");

    public ConvertCommand() : base("convert", "Writes a model as a Hugging Face folder or as GGUF.")
    {
        foreach (Option option in new Option[] { _model, _tokenizer, _output, _format, _type, _shard, _merge }) Options.Add(option);
    }

    public override string Synopsis => "--model M --output DIR|F.gguf [--format hf|gguf] [--dtype float32|bfloat16|float16|q8_0] [options]";

    public override string Details => "Reads a Hugging Face folder or a .gguf file (quantised weights are widened). hf writes config.json, generation_config.json, safetensors, tokenizer and "
        + "chat template; gguf writes all of it into one file. Norms and biases stay float32. A PEFT adapter is written as an adapter again, or with "
        + "--merge-adapter as a whole model.";

    public override IReadOnlyList<string> Examples =>
    [
        "spa convert --model SmolLM2-135M-Instruct.Q4_1.gguf --output models/SmolLM2",
        "spa convert --model runs/mine/stage-3/model --output mine.gguf --dtype q8_0",
    ];

    public override int Run(CommandContext context)
    {
        string output = context.Require(_output);
        bool namesFile = output.EndsWith(GgufEnding, StringComparison.OrdinalIgnoreCase), gguf = (context.Get(_format) ?? (namesFile ? "gguf" : "hf")) == "gguf";
        string? given = context.Get(_type);
        if (!gguf && given is "float16" or "q8_0") throw new UsageException($"--dtype {given} is for --format gguf; a Hugging Face folder is written as float32 or bfloat16");
        if (gguf && context.Get(_shard) is not null) throw new UsageException("--max-shard-size is for --format hf; a GGUF file is one file");
        if (gguf && !namesFile) output = Path.Combine(output, "model" + GgufEnding);
        if (!gguf && File.Exists(output)) throw new SpaException($"cannot write '{output}': it is a file; name a folder");
        if (gguf && Directory.Exists(output)) throw new SpaException($"cannot write '{output}': it is a folder; name a file");
        using ModelBundle bundle = context.OpenModel(context.Require(_model), context.Get(_tokenizer), rewards: true);
        bool merge = context.Get(_merge);
        if (merge && !bundle.IsAdapter) throw new UsageException($"--merge-adapter: '{bundle.Path}' is no PEFT adapter folder");
        if (gguf && bundle.IsAdapter && !merge) throw new UsageException($"--format gguf writes whole models, and '{bundle.Path}' is a PEFT adapter folder; add --merge-adapter");
        IReadOnlyList<string> notes = gguf ? GgufExport.Require(bundle) : [];
        StoredType type = given switch
        {
            "float32" => StoredType.F32,
            "float16" => StoredType.F16,
            "q8_0" => StoredType.Q8_0,
            null => bundle.StoresBf16 ? StoredType.BF16 : StoredType.F32,
            _ => StoredType.BF16,
        };
        // Weights that are stored as bfloat16 need no more to be held exactly.
        DType held = type == StoredType.BF16 || (type != StoredType.F32 && bundle.StoresBf16) ? DType.BFloat16 : DType.Float32;
        if (!gguf) DiskSpace.Require(output, new DecoderLayout(bundle.Config, new ParameterNames(), held).Table.WeightBytes);
        using ComputeBackend backend = context.CreateBackend();
        using Model model = bundle.Load(backend, held);
        context.Cancel.ThrowIfCancellationRequested();
        if (merge) AdapterMerge.Apply(model);
        using Model written = merge ? model.WithoutAdapter() : model;
        if (gguf) GgufExport.Write(output, bundle, written, type, Path.GetFileNameWithoutExtension(bundle.Path.TrimEnd('/', '\\')));
        else bundle.Write(output, written, ConversionCard.Of(bundle, merge, VersionAction.Version), maxShardBytes: context.Get(_shard));
        foreach (string note in notes) context.Log.Notice(note);
        if (context.Json) context.WriteLine(new JsonObject { ["model"] = output, ["dtype"] = NameOf(type), ["format"] = gguf ? "gguf" : "hf" }.ToJsonString());
        else context.Log.Notice($"wrote {output}");
        return ExitCodes.Done;
    }

    private static string NameOf(StoredType type) => type switch
    {
        StoredType.F32 => "float32",
        StoredType.F16 => "float16",
        StoredType.Q8_0 => "q8_0",
        _ => "bfloat16",
    };
}
