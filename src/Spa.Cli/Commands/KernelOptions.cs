using System.CommandLine;
using Spa.Cli.Options;
using Spa.Engine;
using Spa.Engine.Compute.Cuda.Jit;
using Spa.Engine.Compute.Cuda.Kernels;
using Spa.Engine.Configuration;

namespace Spa.Cli.Commands;

/// <summary>Which kernels, for which architectures, by which compiler.</summary>
internal sealed class KernelOptions
{
    private readonly Option<string?> _kernel = Opt.Text("--kernel", "NAME", "Only kernels whose entry or source begins with this.");
    private readonly Option<string[]> _arch = Opt.Texts("--arch", "sm_XX", "Architecture, may be given several times; default: sm_80, sm_90a, sm_100a, sm_120.");
    private readonly Option<string?> _nvrtc = Opt.Text("--nvrtc", "PATH", "The NVRTC library or its folder; default: SPA_NVRTC, or what is found (see spa doctor).");

    public void AddTo(Command command)
    {
        command.Options.Add(_kernel);
        command.Options.Add(_arch);
        command.Options.Add(_nvrtc);
    }

    public KernelJit Jit(CommandContext context) => KernelJit.FromEnvironment(context.Get(_nvrtc));

    /// <exception cref="SpaException">No kernel has such a name.</exception>
    public IReadOnlyList<KernelVariant> Variants(CommandContext context)
    {
        if (context.Get(_kernel) is not { } name) return [.. KernelCatalogue.Variants];
        KernelTemplate[] templates = [.. KernelCatalogue.Templates.Where(t => t.Entry.StartsWith(name, StringComparison.Ordinal) || t.Source.StartsWith(name, StringComparison.Ordinal))];
        if (templates.Length == 0)
            throw new SpaException($"--kernel: no kernel is named '{name}'{Spelling.Hint(name, [.. KernelCatalogue.Templates.Select(t => t.Entry)])}; 'spa kernels list' names all");
        return [.. templates.SelectMany(t => t.Variants)];
    }

    /// <exception cref="UsageException">A name is no architecture.</exception>
    public IReadOnlyList<KernelTarget> Targets(CommandContext context)
    {
        string[] given = context.Get(_arch) ?? [];
        foreach (string name in given)
        {
            if (!name.StartsWith("sm_", StringComparison.Ordinal) && !name.StartsWith("compute_", StringComparison.Ordinal))
                throw new UsageException($"--arch: expected an architecture such as sm_90a or compute_80, found '{name}'");
        }

        return given.Length > 0 ? [.. given.Select(name => new KernelTarget(name))] : KernelTarget.Supported;
    }

    /// <summary>The compiler, where the command is of no use without one.</summary>
    /// <exception cref="SpaException">There is none, or SPA_JIT=never forbids it.</exception>
    public static KernelCompiler Compiler(KernelJit jit) => jit.Compiler ?? throw new SpaException($"{jit.WhyNoCompiler}; install NVRTC 12 or newer, for example by 'pip install nvidia-cuda-nvrtc', or name it in --nvrtc or SPA_NVRTC");
}
