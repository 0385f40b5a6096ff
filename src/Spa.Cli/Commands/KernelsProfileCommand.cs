using System.CommandLine;
using System.Text.Json.Nodes;
using Spa.Cli.Options;
using Spa.Cli.Profiling;
using Spa.Engine;
using Spa.Engine.Compute.Cuda.Cases;
using Spa.Engine.Compute.Cuda.Jit;
using Spa.Engine.Configuration;
using Spa.Interop;

namespace Spa.Cli.Commands;

/// <summary><c>spa kernels profile</c>: what kernels do, counted on the emulated device.</summary>
internal sealed class KernelsProfileCommand : CliCommand
{
    private readonly Option<string?> _kernel = Opt.Text("--kernel", "NAME", "Only cases of kernels whose entry begins with this.");
    private readonly Option<string?> _case = Opt.Text("--case", "NAME", "Only cases whose name begins with this.");
    private readonly Option<string?> _limits = Opt.Choice("--device-limits", "Whose published limits the estimate goes by; default: h200.", "h100", "h200", "a100");
    private readonly Option<string?> _baseline = Opt.Text("--baseline", "PATH", "Compare with this file (bench/baselines/kernels/counts.json) and end with 1 if a kernel got worse by more than 2 %.");
    private readonly Option<string?> _nvrtc = Opt.Text("--nvrtc", "PATH", "The NVRTC library or its folder; default: SPA_NVRTC, or what is found (see spa doctor).");

    public KernelsProfileCommand() : base("profile", "Counts what kernels do on the emulated device: instructions, sectors, bank conflicts, bytes, FLOPs.")
    {
        foreach (Option option in new Option[] { _kernel, _case, _limits, _baseline, _nvrtc }) Options.Add(option);
    }

    public override string Synopsis => "[--kernel NAME] [--case NAME] [--device-limits h100|h200|a100] [--baseline PATH] [options]";

    public override string Details => "Needs no GPU. Cases are small pieces of real work that go through the CUDA backend as it is; kernels come from NVRTC where there is one, else from the packed PTX. Counts are exact, the same in every run, and of PTX instructions, which the driver's assembler still changes.\nThe estimate is a lower bound from a device's data sheet, each resource alone and busy all the time, without caches and latency. It says which limit is nearest and not how long a launch takes; cases are too small to fill a device.";

    public override IReadOnlyList<string> Examples => ["spa kernels profile --kernel rmsnorm", "spa kernels profile --baseline bench/baselines/kernels/counts.json --quiet", "spa kernels profile --case attention --device-limits a100 --json"];

    public override int Run(CommandContext context)
    {
        string? kernel = context.Get(_kernel);
        IReadOnlyList<KernelCase> cases = Cases(kernel, context.Get(_case));
        DeviceLimits limits = context.Get(_limits) switch { "h100" => DeviceLimits.H100, "a100" => DeviceLimits.A100, _ => DeviceLimits.H200 };
        KernelBaseline? baseline = context.Get(_baseline) is { } path ? KernelBaseline.Read(path) : null;
        IReadOnlyList<KernelProfile> profiles = KernelProfiler.Run(cases, KernelJit.FromEnvironment(context.Get(_nvrtc)), context.Threads, (done, work) => context.Log.Progress("cases", done, cases.Count, "cases", work.Name), context.Cancel);
        if (kernel is not null) profiles = [.. profiles.Where(profile => profile.Kernel.StartsWith(kernel, StringComparison.Ordinal))];
        if (baseline is not null) return Compare(context, baseline, profiles, cases.Count == KernelCases.All.Count);
        if (context.Json) context.WriteLine(new JsonArray([.. profiles.Select(profile => profile.ToJson(limits))]).ToJsonString());
        else foreach (string line in profiles.SelectMany(profile => profile.ToText(limits))) context.WriteLine(line);
        return ExitCodes.Done;
    }

    private static int Compare(CommandContext context, KernelBaseline baseline, IReadOnlyList<KernelProfile> profiles, bool whole)
    {
        (IReadOnlyList<string> worse, IReadOnlyList<string> other) = baseline.Compare(KernelBaseline.Of(profiles), whole);
        if (context.Json)
        {
            context.WriteLine(new JsonObject { ["worse"] = new JsonArray([.. worse.Select(line => (JsonNode)line)]), ["other"] = new JsonArray([.. other.Select(line => (JsonNode)line)]) }.ToJsonString());
        }
        else
        {
            foreach (string line in worse) context.WriteLine($"worse: {line}");
            foreach (string line in other) context.WriteLine($"changed: {line}");
            context.WriteLine($"{profiles.Count} kernels in cases, {worse.Count} figures worse, {other.Count} otherwise changed");
        }

        return worse.Count > 0 ? ExitCodes.Failed : ExitCodes.Done;
    }

    /// <exception cref="SpaException">No case has such a name or kernel.</exception>
    private static KernelCase[] Cases(string? kernel, string? name)
    {
        KernelCase[] cases = [.. KernelCases.All.Where(work => (kernel is null || work.Kernels.Any(entry => entry.StartsWith(kernel, StringComparison.Ordinal))) && (name is null || work.Name.StartsWith(name, StringComparison.Ordinal)))];
        if (cases.Length > 0) return cases;
        if (kernel is not null && !KernelCases.All.Any(work => work.Kernels.Any(entry => entry.StartsWith(kernel, StringComparison.Ordinal))))
            throw new SpaException($"--kernel: no case runs a kernel named '{kernel}'{Spelling.Hint(kernel, KernelCases.All.SelectMany(work => work.Kernels))}; 'spa kernels list' names all kernels");
        throw new SpaException($"--case: no case{(kernel is null ? "" : $" of kernel '{kernel}'")} is named '{name}'{Spelling.Hint(name!, KernelCases.All.Select(work => work.Name))}; 'spa kernels profile --json' names all cases");
    }
}
