using System.Globalization;
using System.Text.RegularExpressions;

namespace Spa.Benchmarks.Baselines;

/// <summary>The options of the verbs <c>baseline</c>, <c>compare</c> and <c>peers</c>.</summary>
public sealed partial record VerbOptions
{
    /// <summary>Name of the baseline's file.</summary>
    public string? Machine { get; init; }

    /// <summary>Folders with results.</summary>
    public IReadOnlyList<string> From { get; init; } = [];

    /// <summary>Files with the lines of bench/peers/gpu.</summary>
    public IReadOnlyList<string> Peers { get; init; } = [];

    /// <summary>Folder that a baseline goes to; null: bench/baselines of the checkout.</summary>
    public string? Into { get; init; }

    /// <summary>The file to compare with; null: the one of bench/baselines that fits.</summary>
    public string? Baseline { get; init; }

    /// <summary>Smallest slowdown that matters: 0.05 is 5 %.</summary>
    public double Threshold { get; init; } = Comparison.DefaultThreshold;

    /// <summary>Reads what stands behind the verb.</summary>
    /// <exception cref="BaselineException">An option is unknown, lacks its value or has a wrong one.</exception>
    public static VerbOptions Parse(string verb, ReadOnlySpan<string> args)
    {
        string[] known = verb switch
        {
            "baseline" => ["--machine", "--from", "--into"],
            "compare" => ["--baseline", "--from", "--threshold"],
            _ => ["--from", "--peers"],
        };
        var options = new VerbOptions();
        for (int i = 0; i < args.Length; i += 2)
        {
            string name = args[i];
            if (!known.Contains(name)) throw new BaselineException($"{verb}: unknown option '{name}'; expected {string.Join(", ", known)}");
            if (i + 1 == args.Length) throw new BaselineException($"{verb}: {name} needs a value");
            options = options.With(verb, name, args[i + 1]);
        }
        if (verb == "baseline" && options.Machine is null) throw new BaselineException("baseline: --machine is missing; name the machine, such as --machine epyc-2core");
        if (verb == "peers" && options.Peers.Count == 0) throw new BaselineException("peers: --peers is missing; name a file that bench/peers/gpu/kernels.py wrote");
        return options.From.Count > 0 ? options : options with { From = ["BenchmarkDotNet.Artifacts"] };
    }

    private VerbOptions With(string verb, string name, string value) => name switch
    {
        "--machine" => MachineName().IsMatch(value) ? this with { Machine = value }
            : throw new BaselineException($"{verb}: --machine '{value}' is no file name; use small letters, digits, '.', '_' and '-'"),
        "--from" => this with { From = [.. From, value] },
        "--peers" => this with { Peers = [.. Peers, value] },
        "--into" => this with { Into = value },
        "--baseline" => this with { Baseline = value },
        _ => double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double threshold) && threshold is >= 0 and < 1
            ? this with { Threshold = threshold }
            : throw new BaselineException($"{verb}: --threshold '{value}' is no number from 0 to 1; 0.05 is 5 %"),
    };

    [GeneratedRegex(@"^[a-z0-9][a-z0-9._-]*\z")]
    private static partial Regex MachineName();
}
