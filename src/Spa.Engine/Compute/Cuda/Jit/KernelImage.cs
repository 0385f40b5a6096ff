namespace Spa.Engine.Compute.Cuda.Jit;

/// <summary>A compiled kernel.</summary>
/// <param name="Code">A cubin, or PTX text.</param>
/// <param name="Resources">What it takes of a multiprocessor; null for PTX, whose registers the driver chooses.</param>
/// <param name="Warnings">The compiler's warnings; empty where there are none.</param>
public sealed record KernelImage(byte[] Code, KernelResources? Resources, string Warnings);
