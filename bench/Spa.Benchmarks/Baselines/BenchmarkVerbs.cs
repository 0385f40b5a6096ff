namespace Spa.Benchmarks.Baselines;

/// <summary><c>baseline</c> keeps the figures of a run, <c>compare</c> holds a later run against them, <c>peers</c> puts a device's figures beside other libraries'.</summary>
public static class BenchmarkVerbs
{
    /// <summary>No regression.</summary>
    public const int Done = 0;

    public const int Regression = 1;

    /// <summary>Wrong usage, or files that cannot be used.</summary>
    public const int Mistake = 2;

    /// <summary>Whether the arguments begin with a verb of ours; all else is BenchmarkDotNet's.</summary>
    public static bool IsVerb(string[] args) => args is ["baseline" or "compare" or "peers", ..];

    /// <summary>Runs a verb and returns the exit code.</summary>
    /// <param name="args">Verb and options.</param>
    /// <param name="folder">Where to begin looking for the repository: bench/baselines is below its root.</param>
    /// <param name="output">Gets results.</param>
    /// <param name="error">Gets one line if something is wrong.</param>
    public static int Run(string[] args, string folder, TextWriter output, TextWriter error)
    {
        try
        {
            VerbOptions options = VerbOptions.Parse(args[0], args.AsSpan(1));
            return args[0] switch
            {
                "baseline" => Keep(options, options.Into ?? Baselines(folder), output),
                "compare" => Compare(options, folder, output),
                _ => BesidePeers(options, output),
            };
        }
        catch (BaselineException mistake)
        {
            error.WriteLine($"error: {mistake.Message}");
            return Mistake;
        }
    }

    private static int Keep(VerbOptions options, string baselines, TextWriter output)
    {
        Baseline baseline = Measured(options, options.Machine!);
        string path = Path.Combine(baselines, options.Machine + ".json");
        BaselineFile.Write(path, baseline);
        output.WriteLine($"{path}: {baseline.Cases.Count} cases, {baseline.Cases.Count(c => c.OfCeiling is not null)} of them with their share of a ceiling");
        return Done;
    }

    private static int Compare(VerbOptions options, string folder, TextWriter output)
    {
        Baseline now = Measured(options, ""), then = options.Baseline is { } file ? BaselineFile.Read(file) : Fitting(now.Host, Baselines(folder));
        var comparison = new Comparison(then, now, options.Threshold);
        foreach (string line in ComparisonTable.Lines(comparison)) output.WriteLine(line);
        if (comparison.Cases.All(c => c.Slowdown is null))
            throw new BaselineException("no case can be compared: the run and the baseline have none in common, or lack the ceilings that two machines are compared by");
        return comparison.HasRegression ? Regression : Done;
    }

    private static int BesidePeers(VerbOptions options, TextWriter output)
    {
        MeasuredRun run = ResultFiles.Read(options.From);
        foreach (string line in PeerTable.Lines(run, [.. options.Peers.SelectMany(PeerFile.Read)])) output.WriteLine(line);
        return Done;
    }

    private static Baseline Measured(VerbOptions options, string machine)
    {
        MeasuredRun run = ResultFiles.Read(options.From);
        return Baseline.Of(machine, run.Date, run.Host, run.Cases);
    }

    // The baseline of this machine, or the only one there is.
    private static Baseline Fitting(HostDescription host, string folder)
    {
        string[] files = Directory.Exists(folder) ? [.. Directory.GetFiles(folder, "*.json").Order(StringComparer.Ordinal)] : [];
        if (files.Length == 0) throw new BaselineException($"'{folder}' has no baseline; write one with the verb baseline, or name a file with --baseline");
        Baseline[] all = [.. files.Select(BaselineFile.Read)];
        Baseline[] fitting = all.Length == 1 ? all : [.. all.Where(b => b.Host.IsSameMachine(host))];
        return fitting.Length == 1 ? fitting[0] : throw new BaselineException($"{fitting.Length} baselines are of this machine ({host}); name one of "
            + $"{string.Join(", ", all.Select(b => b.Machine))} with --baseline bench/baselines/NAME.json");
    }

    private static string Baselines(string folder)
    {
        for (DirectoryInfo? at = new(folder); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "Spa.sln"))) return Path.Combine(at.FullName, "bench", "baselines");
        throw new BaselineException($"'{folder}' is not in a checkout of Spa; call this from inside it");
    }
}
