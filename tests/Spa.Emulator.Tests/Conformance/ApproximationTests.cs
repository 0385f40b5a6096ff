using System.Runtime.InteropServices;
using Spa.Emulator.Ptx;

namespace Spa.Emulator.Tests.Conformance;

/// <summary>Approximate functions: within the documented error everywhere, and the documented results at the edges.</summary>
[TestFixture]
internal sealed class ApproximationTests
{
    // Bounds of the instruction set: units in the last place (relative to 2^-23) or absolute errors.
    [TestCase("ex2.approx.f32 d, a;", -140, 128, 2)]
    [TestCase("rcp.approx.f32 d, a;", 1e-30, 1e30, 1)]
    [TestCase("rsqrt.approx.f32 d, a;", 1e-30, 1e30, 2)]
    [TestCase("sqrt.approx.f32 d, a;", 1e-30, 1e30, 1)]
    [TestCase("tanh.approx.f32 d, a;", -20, 20, 4096)]
    public void Relative_error_is_within_the_documented_bound(string instruction, double least, double most, double units)
    {
        float[] inputs = Inputs(least, most);
        float[] results = Run(instruction, inputs);
        for (int i = 0; i < inputs.Length; i++)
        {
            double expected = instruction[..3] switch { "ex2" => Math.Pow(2, inputs[i]), "rcp" => 1.0 / inputs[i], "rsq" => 1 / Math.Sqrt(inputs[i]), "sqr" => Math.Sqrt(inputs[i]), _ => Math.Tanh(inputs[i]) };
            Assert.That(results[i], Is.EqualTo(expected).Within(units * Math.Max(Math.Abs(expected) * 1.2e-7, 1.5e-45)), $"{instruction} of {inputs[i]}");
        }
    }

    [TestCase("lg2.approx.f32 d, a;", 1e-30, 1e30)]
    [TestCase("sin.approx.f32 d, a;", -3.1, 3.1)]
    [TestCase("cos.approx.f32 d, a;", -3.1, 3.1)]
    public void Absolute_error_is_within_the_documented_bound(string instruction, double least, double most)
    {
        float[] inputs = Inputs(least, most), results = Run(instruction, inputs);
        for (int i = 0; i < inputs.Length; i++)
        {
            double expected = instruction[..3] switch { "lg2" => Math.Log2(inputs[i]), "sin" => Math.Sin(inputs[i]), _ => Math.Cos(inputs[i]) };
            // 2^-20.5 for sine and cosine in this range; 2^-22 for the logarithm, relative where it is large.
            Assert.That(results[i], Is.EqualTo(expected).Within(2.4e-7 * Math.Max(1, Math.Abs(expected))), $"{instruction} of {inputs[i]}");
        }
    }

    [TestCase("ex2.approx.f32 d, a;", 0xFF80_0000u, 0u)]
    [TestCase("ex2.approx.f32 d, a;", 0x7F80_0000u, 0x7F80_0000u)]
    [TestCase("ex2.approx.f32 d, a;", 0x8000_0000u, 0x3F80_0000u)]
    [TestCase("ex2.approx.f32 d, a;", 0x0000_0001u, 0x3F80_0000u)]
    [TestCase("ex2.approx.f32 d, a;", 0x7FC0_0000u, 0x7FFF_FFFFu)]
    [TestCase("ex2.approx.ftz.f32 d, a;", 0xC2FE_0000u, 0u)]
    [TestCase("lg2.approx.f32 d, a;", 0u, 0xFF80_0000u)]
    [TestCase("lg2.approx.f32 d, a;", 0x8000_0000u, 0xFF80_0000u)]
    [TestCase("lg2.approx.f32 d, a;", 0xBF80_0000u, 0x7FFF_FFFFu)]
    [TestCase("lg2.approx.f32 d, a;", 0x7F80_0000u, 0x7F80_0000u)]
    [TestCase("lg2.approx.ftz.f32 d, a;", 0x0000_0001u, 0xFF80_0000u)]
    [TestCase("rcp.approx.f32 d, a;", 0x8000_0000u, 0xFF80_0000u)]
    [TestCase("rcp.approx.f32 d, a;", 0xFF80_0000u, 0x8000_0000u)]
    [TestCase("rcp.approx.ftz.f32 d, a;", 0x0000_0001u, 0x7F80_0000u)]
    [TestCase("rsqrt.approx.f32 d, a;", 0x8000_0000u, 0xFF80_0000u)]
    [TestCase("rsqrt.approx.f32 d, a;", 0xBF80_0000u, 0x7FFF_FFFFu)]
    [TestCase("rsqrt.approx.f32 d, a;", 0x7F80_0000u, 0u)]
    [TestCase("sqrt.approx.f32 d, a;", 0x8000_0000u, 0x8000_0000u)]
    [TestCase("sin.approx.f32 d, a;", 0x8000_0000u, 0x8000_0000u)]
    [TestCase("sin.approx.f32 d, a;", 0x7F80_0000u, 0x7FFF_FFFFu)]
    [TestCase("cos.approx.f32 d, a;", 0x7F80_0000u, 0x7FFF_FFFFu)]
    [TestCase("tanh.approx.f32 d, a;", 0x7F80_0000u, 0x3F80_0000u)]
    [TestCase("tanh.approx.f32 d, a;", 0x0000_0001u, 0x0000_0001u)]
    [TestCase("div.approx.f32 d, a, 0f7F000000;", 0x3F80_0000u, 0u)]
    [TestCase("div.approx.f32 d, a, 0f7F000000;", 0x7F80_0000u, 0x7FFF_FFFFu)]
    [TestCase("div.full.f32 d, a, 0f40000000;", 0x3F80_0000u, 0x3F00_0000u)]
    public void Edges_are_as_documented(string instruction, uint input, uint expected)
    {
        float[] results = Run(instruction, [BitConverter.UInt32BitsToSingle(input)]);
        Assert.That(BitConverter.SingleToUInt32Bits(results[0]).ToString("x8", null), Is.EqualTo(expected.ToString("x8", null)));
    }

    private static float[] Inputs(double least, double most)
    {
        const int Count = 512;
        return [.. Enumerable.Range(0, Count).Select(i => (float)(least > 0 && most / least > 1e6 ? least * Math.Pow(most / least, (i + 0.5) / Count) : least + (most - least) * (i + 0.5) / Count))];
    }

    private static float[] Run(string instruction, float[] inputs)
    {
        using EmulatedDevice device = new();
        using PtxModule module = device.LoadModule(ConformanceFile.Kernel(new ConformanceSet(instruction, ["b32", "b32"], [])), "approximate.ptx");
        ulong[] operands = [.. inputs.Select(v => (ulong)BitConverter.SingleToUInt32Bits(v))], results = new ulong[inputs.Length];
        ulong input = device.Memory.Allocate(8L * inputs.Length, "operands"), output = device.Memory.Allocate(8L * inputs.Length, "results");
        device.Memory.Write(input, MemoryMarshal.AsBytes(operands.AsSpan()));
        device.Launch(module.GetFunction("conform")!, LaunchGeometry.Linear((inputs.Length + 31) / 32, 32), [.. BitConverter.GetBytes(input), .. BitConverter.GetBytes(output), .. BitConverter.GetBytes(inputs.Length)]);
        device.Memory.Read(output, MemoryMarshal.AsBytes(results.AsSpan()));
        return [.. results.Select(r => BitConverter.UInt32BitsToSingle((uint)r))];
    }
}
