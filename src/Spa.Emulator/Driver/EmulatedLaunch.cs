using Spa.Emulator.Counters;

namespace Spa.Emulator.Driver;

/// <summary>A kernel that ran.</summary>
/// <param name="Kernel">Name of the entry.</param>
/// <param name="Geometry">Grid, block and dynamic shared memory.</param>
/// <param name="Counts">What it cost; null where counting is off.</param>
public sealed record EmulatedLaunch(string Kernel, LaunchGeometry Geometry, LaunchCounts? Counts);
