namespace Spa.Emulator.Driver;

/// <summary>Where a copy reads or writes.</summary>
/// <param name="Address">Of the first byte.</param>
/// <param name="Pitch">Bytes from a row to the next.</param>
/// <param name="IsHost">In memory of the host.</param>
/// <param name="IsPinned">In memory of the host that the driver allocated.</param>
internal readonly record struct CopyEnd(ulong Address, long Pitch, bool IsHost, bool IsPinned);
