using System.Runtime.InteropServices;
using Spa.Emulator.Counters;
using Spa.Emulator.Ptx;

namespace Spa.Emulator.Tests.Kernels;

/// <summary>A device with one module of <c>Sources</c>, buffers from arrays and launches by name.</summary>
internal sealed class Bench : IDisposable
{
    private readonly PtxModule _module;

    public Bench(string source, EmulatorOptions? options = null)
    {
        Device = new EmulatedDevice(options ?? new EmulatorOptions());
        _module = Device.LoadModule(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Sources", source + ".ptx")), source + ".ptx");
    }

    public EmulatedDevice Device { get; }

    public LaunchCounts Counts => Device.LastCounts!;

    public PtxModule Module => _module;

    public ulong Upload<T>(T[] values) where T : unmanaged
    {
        ulong address = Device.Memory.Allocate(MemoryMarshal.AsBytes(values.AsSpan()).Length, "input");
        Device.Memory.Write(address, MemoryMarshal.AsBytes(values.AsSpan()));
        return address;
    }

    public unsafe ulong Allocate<T>(int count) where T : unmanaged => Device.Memory.Allocate((long)count * sizeof(T), "output");

    public T[] Download<T>(ulong address, int count) where T : unmanaged
    {
        T[] values = new T[count];
        Device.Memory.Read(address, MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    /// <summary>Arguments are ulong, long, int, uint, float or, for a struct parameter, byte[].</summary>
    public void Launch(string kernel, LaunchGeometry geometry, params object[] arguments)
    {
        PtxFunction function = _module.GetFunction(kernel) ?? throw new ArgumentException(kernel);
        byte[] buffer = new byte[function.ParameterBytes];
        Assert.That(arguments, Has.Length.EqualTo(function.Parameters.Count));
        for (int i = 0; i < arguments.Length; i++)
        {
            byte[] bytes = arguments[i] switch
            {
                ulong v => BitConverter.GetBytes(v),
                long v => BitConverter.GetBytes(v),
                int v => BitConverter.GetBytes(v),
                uint v => BitConverter.GetBytes(v),
                float v => BitConverter.GetBytes(v),
                byte[] v => v,
                _ => throw new ArgumentException(arguments[i].GetType().Name),
            };
            Assert.That(bytes, Has.Length.EqualTo(function.Parameters[i].Size), $"argument {i}");
            bytes.CopyTo(buffer, function.Parameters[i].Offset);
        }
        Device.Launch(function, geometry, buffer);
    }

    public void Dispose()
    {
        _module.Dispose();
        Device.Dispose();
    }
}
