using System.Runtime.InteropServices;
using Spa.Emulator;
using Spa.Emulator.Ptx;

namespace Spa.Benchmarks.Tests;

/// <summary>The work whose rate on the emulated device is measured: that all of it is executed, seen from its values. They are exact.</summary>
internal sealed class EmulatorWorkTests
{
    private const int All = EmulatorWork.Blocks * EmulatorWork.Threads;

    [Test]
    public void Arithmetic_is_repeated() => Assert.That(Run("arithmetic").Result, Is.EqualTo(Threads(t =>
    {
        float f = t;
        for (int n = 0; n < EmulatorWork.Repetitions; n++) f = MathF.FusedMultiplyAdd(f, EmulatorWork.Factor, EmulatorWork.Addend);
        return f + t * EmulatorWork.Repetitions;
    })));

    [Test]
    public void Words_are_copied()
    {
        (float[] output, float[] result) = Run("words");
        Assert.That((output[..All], result), Is.EqualTo((Threads(t => t / 4f), Threads(t => t / 4f))));
    }

    [Test]
    public void Words_apart_are_copied()
    {
        (float[] output, float[] result) = Run("words apart");
        Assert.That((output.Where((_, i) => i % EmulatorWork.FloatsPerThread == 0).ToArray(), result), Is.EqualTo((Threads(t => t), Threads(t => t))));
    }

    [Test]
    public void Vectors_are_copied()
    {
        (float[] output, float[] result) = Run("vectors");
        Assert.That((output, result), Is.EqualTo((Enumerable.Range(0, All * EmulatorWork.FloatsPerThread).Select(i => i / 4f).ToArray(), Threads(t => t + t))));
    }

    [Test]
    public void Words_of_shared_memory_wander_from_thread_to_thread() => Assert.That(Run("shared").Result,
        Is.EqualTo(Threads(t => t / EmulatorWork.Threads * EmulatorWork.Threads + (t + EmulatorWork.Repetitions) % EmulatorWork.Threads)));

    [Test]
    public void Matrix_products_add_up() => Assert.That(Run("matrix").Result, Is.EqualTo(Threads(t =>
    {
        // Element c0 of a lane lies in row lane / 4 and column 2 (lane % 4); both operands have the same value for k and k + 8, and for the two elements of a word.
        int first = t % EmulatorWork.Threads / 32 * 32, lane = t % 32, row = lane / 4, column = 2 * (lane % 4), sum = 0;
        for (int k = 0; k < 16; k++)
        {
            int ofA = first + 4 * row + k % 8 / 2, ofB = first + 4 * column + k % 8 / 2;
            sum += (ofA * 7 % 5 - 2) * (ofB * 3 % 7 - 3);
        }
        return t + EmulatorWork.Repetitions * sum;
    })));

    private static float[] Threads(Func<int, float> value) => [.. Enumerable.Range(0, All).Select(value)];

    private static (float[] Output, float[] Result) Run(string name)
    {
        using EmulatedDevice device = new();
        using PtxModule module = device.LoadModule(EmulatorWork.All.Single(work => work.Name == name).Ptx, "work.ptx");
        (ulong output, ulong result, byte[] parameters) = EmulatorWork.Allocate(device);
        device.Launch(module.GetFunction("work")!, EmulatorWork.Geometry, parameters);
        return (Read(device, output, All * EmulatorWork.FloatsPerThread), Read(device, result, All));
    }

    private static float[] Read(EmulatedDevice device, ulong address, int count)
    {
        float[] values = new float[count];
        device.Memory.Read(address, MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }
}
