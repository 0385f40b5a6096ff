using System.Runtime.InteropServices;
using System.Text;
using Spa.Interop.Driver;
using Spa.Tests.Support;

namespace Spa.Emulator.Tests.Conformance;

/// <summary>The same cases on the device that <c>SPA_TEST_DEVICE</c> names, through the driver: where it differs, the definitions are wrong.</summary>
[TestFixture]
internal sealed unsafe class DeviceConformanceTests
{
    private const int Threads = 32;

    [Test]
    public void A_device_gives_the_specified_bits_of_every_instruction()
    {
        if (!DeviceUnderTest.IsNamed) Assert.Ignore($"skipped: {DeviceUnderTest.Variable} names no device");
        using CudaContext context = new(CudaDriver.Load(DeviceUnderTest.Driver), DeviceUnderTest.Ordinal);
        List<ConformanceSet> sets = ConformanceFile.Read(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Conformance", "instructions.txt")));
        List<string> wrong = [];
        foreach (ConformanceSet set in sets)
        {
            ulong[] results = Run(context, set);
            for (int i = 0; i < results.Length; i++)
            {
                (ulong[] operands, ulong expected) = set.Cases[i];
                if (!set.Accepts(results[i], expected)) wrong.Add($"{set.Instruction} on {string.Join(' ', operands.Select(o => o.ToString("x", null)))}: {results[i]:x}, expected {expected:x}");
            }
        }

        TestContext.Out.WriteLine($"{sets.Sum(set => set.Cases.Count)} cases of {sets.Count} instructions on {context.Device.Name}, {wrong.Count} differ");
        Assert.That(wrong, Is.Empty);
    }

    private static ulong[] Run(CudaContext context, ConformanceSet set)
    {
        using CudaModule module = new(context, Encoding.UTF8.GetBytes(ConformanceFile.Kernel(set) + "\0"));
        CudaFunction function = module.GetFunction("conform");
        ulong[] operands = [.. set.Cases.SelectMany(c => c.Operands)], results = new ulong[set.Cases.Count];
        using DeviceBuffer input = new(context, 8L * operands.Length), output = new(context, 8L * results.Length);
        using CudaStream stream = new(context);
        fixed (ulong* from = operands) context.Driver.MemcpyHtoD(input.Address, from, (nuint)(8 * operands.Length));
        context.Driver.MemsetD8Async(output.Address, 0, (nuint)(8 * results.Length), stream.Handle);
        CUdeviceptr inputAddress = input.Address, outputAddress = output.Address;
        int count = results.Length;
        void** parameters = stackalloc void*[] { &inputAddress, &outputAddress, &count };
        context.Driver.LaunchKernel(function.Handle, (uint)((count + Threads - 1) / Threads), 1, 1, Threads, 1, 1, 0, stream.Handle, parameters);
        stream.Synchronize();
        fixed (ulong* to = results) context.Driver.MemcpyDtoH(to, output.Address, (nuint)(8 * results.Length));
        return results;
    }
}
