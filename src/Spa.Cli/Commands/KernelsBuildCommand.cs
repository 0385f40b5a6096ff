using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Spa.Cli.Options;
using Spa.Engine;
using Spa.Engine.Compute.Cuda.Jit;
using Spa.Engine.Formats;

namespace Spa.Cli.Commands;

/// <summary><c>spa kernels build</c>: compiles kernels ahead of their first use, or packs their PTX.</summary>
internal sealed class KernelsBuildCommand : CliCommand
{
    private readonly KernelOptions _options = new();
    private readonly Option<string?> _archive = Opt.Text("--archive", "PATH", "Write the PTX of every kernel to this file instead: what the engine carries for machines without NVRTC.");

    public KernelsBuildCommand() : base("build", "Compiles kernels into the cache, ahead of their first use.")
    {
        _options.AddTo(this);
        Options.Add(_archive);
    }

    public override string Synopsis => "[--kernel NAME] [--arch sm_XX]... [--archive PATH] [options]";

    public override string Details => "Needs NVRTC and no GPU. The cache is the folder SPA_JIT_CACHE, or spa/kernels in the user's cache folder. Each kernel there lies beside its source and a report.";

    public override IReadOnlyList<string> Examples => ["spa kernels build --arch sm_90a", "spa kernels build --archive native/kernels.ptx.br"];

    /// <summary>The kernels, with progress on stderr.</summary>
    /// <exception cref="SpaException">There is no compiler, or a kernel does not compile.</exception>
    public static KernelImage[] Build(CommandContext context, KernelJit jit, IReadOnlyList<KernelKey> keys) =>
        jit.BuildAll(keys, KernelOptions.Compiler(jit), context.Threads, (done, key) => context.Log.Progress("kernels", done, keys.Count, "kernels", key.Variant.ToString()), context.Cancel);

    public override int Run(CommandContext context)
    {
        KernelJit jit = _options.Jit(context);
        string? archive = context.Get(_archive);
        IReadOnlyList<KernelTarget> targets = archive is null ? _options.Targets(context) : [KernelTarget.Ptx];
        KernelKey[] keys = [.. _options.Variants(context).SelectMany(variant => targets.Select(target => jit.Key(variant, target)))];
        KernelImage[] images = Build(context, jit, keys);
        if (archive is not null) AtomicFile.Write(archive, stream => PtxArchive.Write(stream, keys.Zip(images, (key, image) => (key, image.Code))));
        string place = archive ?? jit.Cache.Folder;
        long bytes = images.Sum(image => (long)image.Code.Length);
        if (context.Json) context.WriteLine(new JsonObject { ["kernels"] = keys.Length, ["bytes"] = bytes, ["place"] = place }.ToJsonString());
        else context.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{keys.Length} kernels, {bytes / 1e6:0.0} MB of code, in {place}"));
        return ExitCodes.Done;
    }
}
