using System.Runtime.InteropServices;
using Spa.Emulator.Ptx;

namespace Spa.Emulator.Tests.Conformance;

/// <summary>Single instructions against their definition. The expected bits come from whole-number arithmetic (<see cref="Exact"/>), and lie in a file that a device can run too.</summary>
[TestFixture]
internal sealed class ConformanceTests
{
    private static readonly string s_path = Path.Combine(AppContext.BaseDirectory, "Conformance", "instructions.txt");

    private static IEnumerable<ConformanceSet> Sets() => ConformanceFile.Read(File.ReadAllText(s_path));

    [TestCaseSource(nameof(Sets))]
    public void Instruction_gives_the_specified_bits(ConformanceSet set)
    {
        using EmulatedDevice device = new();
        using PtxModule module = device.LoadModule(ConformanceFile.Kernel(set), "conform.ptx");
        ulong[] operands = [.. set.Cases.SelectMany(c => c.Operands)], results = new ulong[set.Cases.Count];
        ulong input = device.Memory.Allocate(8L * operands.Length, "operands"), output = device.Memory.Allocate(8L * results.Length, "results");
        device.Memory.Write(input, MemoryMarshal.AsBytes(operands.AsSpan()));
        device.Memory.Fill(output, 0, 1, 8L * results.Length);
        byte[] parameters = [.. BitConverter.GetBytes(input), .. BitConverter.GetBytes(output), .. BitConverter.GetBytes(results.Length)];
        device.Launch(module.GetFunction("conform")!, LaunchGeometry.Linear((results.Length + 31) / 32, 32), parameters);
        device.Memory.Read(output, MemoryMarshal.AsBytes(results.AsSpan()));
        for (int i = 0; i < results.Length; i++)
        {
            if (!set.Accepts(results[i], set.Cases[i].Expected)) Assert.That(results[i].ToString("x", null), Is.EqualTo(set.Cases[i].Expected.ToString("x", null)), $"{set.Instruction} on {string.Join(' ', set.Cases[i].Operands.Select(o => o.ToString("x", null)))}");
        }
    }

    [Test]
    public void The_file_holds_what_the_definitions_give()
    {
        string expected = ConformanceFile.Write(IntegerSets.All().Concat(FloatSets.All()));
        string? folder = Environment.GetEnvironmentVariable("SPA_WRITE_CONFORMANCE");
        if (folder is not null) File.WriteAllText(Path.Combine(folder, "instructions.txt"), expected);
        Assert.That(File.Exists(s_path) && File.ReadAllText(s_path) == expected, "instructions.txt differs from the definitions; SPA_WRITE_CONFORMANCE=tests/Spa.Emulator.Tests/Conformance writes it anew");
    }
}
