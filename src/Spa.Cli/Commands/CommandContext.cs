using System.CommandLine;
using Spa.Cli.Options;
using Spa.Cli.Terminal;
using Spa.Engine;
using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Pipeline;

namespace Spa.Cli.Commands;

/// <summary>One call of one command: option values, the terminal, and what the common options ask for.</summary>
internal sealed class CommandContext(ParseResult parse, CommonOptions common, CliConsole console, ConsoleLog log, CancellationToken cancel)
{
    private const int DefaultSeed = 42;

    public CliConsole Console => console;

    public ConsoleLog Log => log;

    public CancellationToken Cancel => cancel;

    public bool Json => Get(common.Json);

    public int Seed => Get(common.Seed) ?? DefaultSeed;

    /// <summary>Null where the user did not say.</summary>
    public int? GivenSeed => Get(common.Seed);

    /// <summary>Null where the user did not say.</summary>
    public string? GivenDtype => Get(common.Dtype);

    /// <summary>--device; null where the user did not say.</summary>
    public string? GivenDevice => Get(common.Device);

    /// <summary>--base: the base of adapters whose own path does not exist.</summary>
    public string? BaseModel => Get(common.Base);

    /// <summary>Threads of the CPU backend; 0: one per processor.</summary>
    public int Threads => Get(common.Threads) ?? 0;

    /// <summary>Storage of matrices.</summary>
    public DType MatrixType => GivenDtype == "bfloat16" ? DType.BFloat16 : DType.Float32;

    public T? Get<T>(Option<T> option) => parse.GetValue(option);

    public T? Get<T>(Argument<T> argument) => parse.GetValue(argument);

    /// <summary>The value of an option that the parser has seen to be there.</summary>
    public string Require(Option<string?> option) =>
        Get(option) ?? throw new UsageException($"option '{option.Name}' is required; see 'spa {parse.CommandResult.Command.Name} --help'");

    /// <summary>Whether the user wrote the option.</summary>
    public bool IsGiven(Option option) => parse.GetResult(option) is { Implicit: false };

    /// <summary>Opens a model as its option names it, and tells what of it is not read.</summary>
    public ModelBundle OpenModel(string path, string? tokenizer = null, bool rewards = false)
    {
        ModelBundle bundle = ModelBundle.Open(path, tokenizer, BaseModel, rewards);
        foreach (string line in bundle.PassedOver) log.Notice(line);
        return bundle;
    }

    /// <summary>A line of the result on stdout.</summary>
    public void WriteLine(string line = "") => log.Outside(() => console.Out.WriteLine(line));

    /// <summary>The device that the common options name; the caller disposes it.</summary>
    /// <exception cref="SpaException">This build or this machine does not have it.</exception>
    public ComputeBackend CreateBackend()
    {
        string backend = Get(common.Backend) ?? "auto";
        if (backend == "cuda") return CudaDevices.Create(Get(common.Device), Get(common.Gemm), log.Notice);
        if (IsGiven(common.Device)) throw new UsageException($"--device picks a device of --backend cuda; --backend {backend} has none");
        if (IsGiven(common.Gemm)) throw new UsageException($"--gemm is for --backend cuda; --backend {backend} has one way to multiply");
        return new CpuBackend(new CpuOptions { Threads = Threads });
    }
}
