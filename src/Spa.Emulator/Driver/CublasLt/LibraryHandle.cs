namespace Spa.Emulator.Driver.CublasLt;

/// <summary>A cuBLASLt library on a device.</summary>
internal sealed class LibraryHandle(EmulatedContext context) : EmulatedObject(context, "cuBLASLt handle");
