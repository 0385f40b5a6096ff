using System.CommandLine;
using System.Text.Json.Nodes;
using Spa.Cli.Options;
using Spa.Engine;
using Spa.Engine.Compute;
using Spa.Engine.Models;
using Spa.Engine.Models.Adapters;
using Spa.Engine.Pipeline;

namespace Spa.Cli.Commands;

/// <summary><c>spa convert</c>: a model in another form.</summary>
internal sealed class ConvertCommand : CliCommand
{
    private readonly Option<string?> _model = RowOptions.Model();
    private readonly Option<string?> _tokenizer = RowOptions.Tokenizer();
    private readonly Option<string?> _output = Opt.Text("--output", "DIR", "The folder to write; it appears when it is whole.", required: true);
    private readonly Option<string?> _format = Opt.Choice("--format", "hf (default): a Hugging Face folder. This build writes no gguf.", "hf", "gguf");

    private readonly Option<bool> _merge = Opt.Flag("--merge-adapter", "Add the adapter that --model names to its base and write a whole model.");

    public ConvertCommand() : base("convert", "Writes a model as a Hugging Face folder.")
    {
        foreach (Option option in new Option[] { _model, _tokenizer, _output, _format, _merge }) Options.Add(option);
    }

    public override string Synopsis => "--model M --output DIR [--dtype float32|bfloat16] [options]";

    public override string Details => "Reads a Hugging Face folder or a .gguf file (quantised weights are widened) and writes config.json, safetensors, tokenizer and "
        + "chat template. A PEFT adapter is written as an adapter again, or with --merge-adapter as a whole model. Without --dtype matrices keep bfloat16 where the model has it and are float32 otherwise.";

    public override IReadOnlyList<string> Examples => ["spa convert --model SmolLM2-135M-Instruct.Q4_1.gguf --output models/SmolLM2"];

    public override int Run(CommandContext context)
    {
        if (context.Get(_format) == "gguf") throw new SpaException("--format gguf is not part of this build yet; use --format hf");
        string output = context.Require(_output);
        if (File.Exists(output)) throw new SpaException($"cannot write '{output}': it is a file; name a folder");
        using ModelBundle bundle = ModelBundle.Open(context.Require(_model), context.Get(_tokenizer), context.BaseModel);
        if (context.Get(_merge) && !bundle.IsAdapter) throw new UsageException($"--merge-adapter: '{bundle.Path}' is no PEFT adapter folder");
        bool keepsBf16 = context.GivenDtype is null && bundle.ConfigJson["torch_dtype"]?.ToString() == "bfloat16";
        DType type = keepsBf16 ? DType.BFloat16 : context.MatrixType;
        Engine.Formats.DiskSpace.Require(output, new DecoderLayout(bundle.Config, new ParameterNames(), type).Table.WeightBytes);
        using ComputeBackend backend = context.CreateBackend();
        using Model model = bundle.Load(backend, type);
        context.Cancel.ThrowIfCancellationRequested();
        if (context.Get(_merge)) AdapterMerge.Apply(model);
        using Model written = context.Get(_merge) ? model.WithoutAdapter() : model;
        bundle.Write(output, written);
        if (context.Json) context.WriteLine(new JsonObject { ["model"] = output, ["dtype"] = type == DType.BFloat16 ? "bfloat16" : "float32" }.ToJsonString());
        else context.Log.Notice($"wrote {output}");
        return ExitCodes.Done;
    }
}
