using Spa.Engine.Compute;
using Spa.Engine.Compute.Cuda;

namespace Spa.Benchmarks.Cuda;

/// <summary>Tensors of a case on the device; all of them go when the case is done. Content is random: zeros run faster than any real data.</summary>
internal sealed class DeviceInputs(CudaBackend backend) : IDisposable
{
    // Normal numbers that are made on the host; larger tensors repeat them.
    private const int Distinct = 1 << 20;

    private readonly List<IDisposable> _owned = [];
    private Tensor _normal;

    public CudaBackend Backend { get; } = backend;

    /// <summary>Disposes a thing with the case, before everything that was kept earlier.</summary>
    public T Keep<T>(T thing) where T : IDisposable
    {
        _owned.Add(thing);
        return thing;
    }

    /// <summary>Memory without content.</summary>
    public Tensor Empty(DType type, long rows, int columns) => Keep(Backend.CreateArena("benchmark", Math.Max(1, rows * columns * type.Size()))).Take("benchmark", type, rows, columns);

    /// <summary>Normal numbers of mean 0 and variance 1.</summary>
    public Tensor Normal(long rows, int columns, DType type = DType.BFloat16)
    {
        if (_normal.IsAbsent) _normal = MakeNormal();
        Tensor tensor = Empty(type, rows, columns);
        for (long at = 0; at < tensor.Count; at += Distinct)
        {
            long count = Math.Min(Distinct, tensor.Count - at);
            Backend.Copy(tensor.Flat(at, count), _normal.Flat(0, count));
        }

        return tensor;
    }

    public Tensor Zeros(long rows, int columns, DType type = DType.Float32)
    {
        Tensor tensor = Empty(type, rows, columns);
        Backend.Zero(tensor);
        return tensor;
    }

    public Tensor Filled(float value, long rows, int columns, DType type = DType.Float32)
    {
        Tensor tensor = Empty(type, rows, columns), values = Empty(DType.Float32, rows, columns);
        Backend.Upload<float>(values, Enumerable.Repeat(value, (int)(rows * columns)).ToArray());
        Backend.Copy(tensor, values);
        return tensor;
    }

    /// <summary>Whole numbers from 0 to below <paramref name="limit"/>.</summary>
    public Tensor Ids(int count, int limit)
    {
        var random = new Random(count);
        Tensor tensor = Empty(DType.Int32, count, 1);
        Backend.Upload<int>(tensor, Enumerable.Range(0, count).Select(_ => random.Next(limit)).ToArray());
        return tensor;
    }

    public void Dispose()
    {
        Backend.Synchronize();
        for (int i = _owned.Count - 1; i >= 0; i--) _owned[i].Dispose();
        _owned.Clear();
        _normal = default;
    }

    // By Box and Muller.
    private Tensor MakeNormal()
    {
        var random = new Random(1);
        int count = BenchmarkDevice.IsEmulated ? 1 << 12 : Distinct;
        var values = new float[Distinct];
        for (int i = 0; i < count; i++) values[i] = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        for (int i = count; i < Distinct; i++) values[i] = values[i % count];
        Tensor tensor = Empty(DType.Float32, Distinct, 1);
        Backend.Upload<float>(tensor, values);
        return tensor;
    }
}
