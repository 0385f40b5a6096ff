using System.Text.Json.Nodes;
using Spa.Cli.Commands;
using Spa.Engine.Compute;

namespace Spa.Cli.Diagnosis;

/// <summary>Versions and device, as a run keeps them for the record.</summary>
internal static class RunEnvironment
{
    /// <param name="backend">Where the run computes.</param>
    /// <param name="threads">Threads asked for; 0: one per processor.</param>
    public static JsonObject Of(ComputeBackend backend, int threads) => new()
    {
        ["spa"] = VersionAction.Version,
        ["runtime"] = MachineInfo.Runtime,
        ["system"] = MachineInfo.System,
        ["backend"] = backend.Name,
        ["device"] = backend.Device,
        ["threads"] = threads > 0 ? threads : Environment.ProcessorCount,
    };
}
