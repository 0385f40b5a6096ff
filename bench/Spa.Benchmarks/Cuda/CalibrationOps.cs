using Spa.Engine.Compute;
using Spa.Interop.Driver;

namespace Spa.Benchmarks.Cuda;

/// <summary>What the device can do at most: the ceilings that others are divided by, beside the products of <see cref="MatMulOps"/>.</summary>
internal static class CalibrationOps
{
    public const string Copy = "copy";

    private const int Columns = 1024;

    public static IReadOnlyList<DeviceOp> All { get; } =
    [
        DeviceOp.OfBytes(Copy, c => 4.0 * c["elements"], (inputs, c) =>
        {
            Tensor source = inputs.Normal(c["elements"] / Columns, Columns), destination = inputs.Empty(DType.BFloat16, c["elements"] / Columns, Columns);
            CudaStream stream = inputs.Backend.Stream;
            if (c.Variant == "kernel") return () => inputs.Backend.Copy(destination, source);
            return () => stream.Context.Driver.MemcpyDtoDAsync(new CUdeviceptr((ulong)destination.Address), new CUdeviceptr((ulong)source.Address), (nuint)source.Bytes, stream.Handle);
        }) with { Variants = ["driver", "kernel"] },
        DeviceOp.OfBytes("fill", c => 2.0 * c["elements"], (inputs, c) =>
        {
            Tensor destination = inputs.Empty(DType.BFloat16, c["elements"], 1);
            return () => inputs.Backend.Zero(destination);
        }),
    ];
}
