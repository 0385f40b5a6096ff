using System.Globalization;
using System.Text.Json.Nodes;
using Spa.Engine.Compute.Cuda.Jit;

namespace Spa.Cli.Commands;

/// <summary><c>spa kernels list</c>: what every kernel takes of a multiprocessor.</summary>
internal sealed class KernelsListCommand : CliCommand
{
    private readonly KernelOptions _options = new();

    public KernelsListCommand() : base("list", "Registers, shared memory, spills and occupancy of every kernel.") => _options.AddTo(this);

    public override string Synopsis => "[--kernel NAME] [--arch sm_XX]... [options]";

    public override string Details => "Needs NVRTC and no GPU; kernels that are not in the cache are compiled first. Occupancy is the share of a multiprocessor's warps that can be there at once, at the largest block that the kernel allows (256 threads where it does not say), without dynamic shared memory.";

    public override IReadOnlyList<string> Examples => ["spa kernels list", "spa kernels list --kernel rmsnorm --arch sm_90a --json"];

    public override int Run(CommandContext context)
    {
        KernelJit jit = _options.Jit(context);
        KernelKey[] keys = [.. _options.Variants(context).SelectMany(variant => _options.Targets(context).Select(target => jit.Key(variant, target)))];
        KernelImage[] images = KernelsBuildCommand.Build(context, jit, keys);
        if (context.Json) context.WriteLine(new JsonArray([.. keys.Zip(images, Json)]).ToJsonString());
        else foreach (string line in Lines(keys, images)) context.WriteLine(line);
        return ExitCodes.Done;
    }

    private static JsonObject Json(KernelKey key, KernelImage image) => new()
    {
        ["kernel"] = key.Variant.Template.Entry,
        ["source"] = key.Source.Name,
        ["constants"] = new JsonObject(key.Variant.Template.Macros.Zip(key.Variant.Values, (macro, value) => KeyValuePair.Create(macro, (JsonNode?)value))),
        ["architecture"] = key.Target.Architecture,
        ["registers"] = image.Resources?.Registers,
        ["registers_budget"] = key.Variant.Template.Registers,
        ["shared_bytes"] = image.Resources?.SharedBytes,
        ["stack_bytes"] = image.Resources?.StackBytes,
        ["spill_bytes"] = image.Resources is { } r ? r.SpillStoreBytes + r.SpillLoadBytes : null,
        ["max_threads"] = image.Resources?.MaxThreads,
        ["occupancy"] = image.Resources is { } taken ? KernelOccupancy.Of(taken, key.Target)?.Share : null,
        ["code_bytes"] = image.Code.Length,
    };

    private static IEnumerable<string> Lines(KernelKey[] keys, KernelImage[] images)
    {
        int width = keys.Select(key => key.Variant.ToString().Length).Append(6).Max();
        yield return $"{"kernel".PadRight(width)}  {"arch",-8} {"registers",9} {"budget",6} {"shared",7} {"spills",6} {"threads",7} {"occupancy",9}";
        foreach ((KernelKey key, KernelImage image) in keys.Zip(images))
        {
            string name = $"{key.Variant.ToString().PadRight(width)}  {key.Target,-8}";
            if (image.Resources is not { } r) yield return $"{name} PTX, {image.Code.Length} bytes";
            else
                yield return string.Create(CultureInfo.InvariantCulture,
                    $"{name} {r.Registers,9} {key.Variant.Template.Registers,6} {r.SharedBytes,7} {r.SpillStoreBytes + r.SpillLoadBytes,6} {(r.MaxThreads > 0 ? r.MaxThreads : ""),7} {KernelOccupancy.Of(r, key.Target)?.Share,9:0%}");
        }
    }
}
