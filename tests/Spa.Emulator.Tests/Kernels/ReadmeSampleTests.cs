using System.Runtime.InteropServices;
using Spa.Emulator.Checks;
using Spa.Emulator.Ptx;

namespace Spa.Emulator.Tests.Kernels;

/// <summary>The package's sample, as it stands in its README, on a kernel of four lines.</summary>
[TestFixture]
internal sealed class ReadmeSampleTests
{
    private static readonly string s_path = Path.Combine(AppContext.BaseDirectory, "Sources", "scale.ptx");

    [Test]
    public void Scale_doubles_every_element()
    {
        using EmulatedDevice device = new();
        PtxModule module = device.LoadModule(File.ReadAllText(s_path), "scale.ptx");

        float[] values = [1, 2, 3, 4, 5];
        ulong buffer = device.Memory.Allocate(values.Length * sizeof(float), "values");
        device.Memory.Write(buffer, MemoryMarshal.AsBytes(values.AsSpan()));

        byte[] arguments = [.. BitConverter.GetBytes(buffer), .. BitConverter.GetBytes(2f), .. BitConverter.GetBytes(values.Length)];
        device.Launch(module.GetFunction("scale")!, LaunchGeometry.Linear(blocks: 1, threads: 32), arguments);

        device.Memory.Read(buffer, MemoryMarshal.AsBytes(values.AsSpan()));
        Assert.That(values, Is.EqualTo(new float[] { 2, 4, 6, 8, 10 }));
    }

    [Test]
    public void A_kernel_that_forgot_its_bound_gives_the_report_of_the_readme()
    {
        using EmulatedDevice device = new();
        PtxModule module = device.LoadModule(File.ReadAllText(s_path), "scale.ptx");
        ulong buffer = device.Memory.Allocate(20, "values");
        device.Memory.Fill(buffer, 0, 1, 20);
        // A count that is too large does what a missing bound does.
        byte[] arguments = [.. BitConverter.GetBytes(buffer), .. BitConverter.GetBytes(2f), .. BitConverter.GetBytes(32)];
        DeviceFaultException fault = Assert.Throws<DeviceFaultException>(() => device.Launch(module.GetFunction("scale")!, LaunchGeometry.Linear(1, 32), arguments))!;
        Assert.That(fault.Message, Does.StartWith("out of bounds: read of 4 bytes at 0x700000000014; ends 4 bytes past the end of 'values' (0x700000000000, 20 bytes); kernel scale at scale.cu:4, PTX line")
            .And.EndWith("(ld.global.f32), block (0, 0, 0), thread (5, 0, 0)"));
    }
}
