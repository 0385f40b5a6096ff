using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Spa.Engine.Compute.Cuda;
using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Compute.Cuda;

/// <summary>The argument struct of a kernel and its twin in C# have the same size and the same fields in the same order.</summary>
internal sealed partial class KernelArgumentTests
{
    private static IEnumerable<TestCaseData> Structs() =>
        from file in Directory.EnumerateFiles(Path.Combine(Fixtures.Root, "native", "kernels"), "*.cu*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        let text = File.ReadAllText(file)
        from Match assertion in SizeAssertion().Matches(text)
        let name = assertion.Groups[1].Value
        select new TestCaseData(name, int.Parse(assertion.Groups[2].Value), Fields(text, name)).SetName($"{Path.GetFileName(file)} {name}");

    [TestCaseSource(nameof(Structs))]
    public void Size_and_order_of_fields_are_those_of_the_kernel(string name, int size, string[] fields)
    {
        Type twin = typeof(CudaBackend).Assembly.GetType($"Spa.Engine.Compute.Cuda.Arguments.{name}")!;
        Assert.That(twin, Is.Not.Null, $"{name} has no twin in Compute/Cuda/Arguments");
        Assert.That(Marshal.SizeOf(twin), Is.EqualTo(size));
        string[] twins = [.. twin.GetFields(System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.NonPublic)
            .OrderBy(field => Marshal.OffsetOf(twin, field.Name)).Select(field => field.Name.TrimStart('_').ToUpperInvariant())];
        Assert.That(twins, Is.EqualTo(fields.Select(field => field.ToUpperInvariant())));
    }

    private static string[] Fields(string text, string name)
    {
        Match body = Regex.Match(text, $@"struct {name}\s*\{{\n(.*?)\n\}};", RegexOptions.Singleline);
        return [.. Field().Matches(body.Groups[1].Value).SelectMany(match => match.Groups[1].Value.Replace("_", "", StringComparison.Ordinal).Split(',')).Select(name => name.Trim().Split(' ', '*')[^1])];
    }

    [GeneratedRegex(@"static_assert\(sizeof\((\w+Args)\) == (\d+)\)")]
    private static partial Regex SizeAssertion();

    // Four spaces: a declaration of the struct itself, not of a method inside.
    [GeneratedRegex(@"^    ([^ /][^(;]*);", RegexOptions.Multiline)]
    private static partial Regex Field();
}
