using System.Text.Json.Nodes;
using Spa.Engine.Compute.Cuda.Jit;

namespace Spa.Cli.Commands;

/// <summary><c>spa kernels clear</c>: empties the cache.</summary>
internal sealed class KernelsClearCommand() : CliCommand("clear", "Removes all compiled kernels from the cache.")
{
    public override string Synopsis => "[options]";

    public override string Details => "The next run compiles what it needs. Only kernels are removed from the folder, nothing else that may lie there.";

    public override IReadOnlyList<string> Examples => ["spa kernels clear"];

    public override int Run(CommandContext context)
    {
        KernelCache cache = KernelCache.OfUser();
        int removed = cache.Clear();
        if (context.Json) context.WriteLine(new JsonObject { ["removed"] = removed, ["place"] = cache.Folder }.ToJsonString());
        else context.WriteLine($"{removed} kernels removed from {cache.Folder}");
        return ExitCodes.Done;
    }
}
