using System.Globalization;
using Spa.Engine.Tests.Compute;
using Spa.Engine.Tests.Pipeline;
using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Models;

/// <summary>
/// The table of measured differences in docs/families.md. <c>SPA_UPDATE_DOCS=1</c> measures both backends and writes it. Otherwise the CPU's rows are measured again, whose bits do not depend
/// on the machine, and those of the emulated device stand: its own tests hold them to the same bounds.
/// </summary>
internal sealed class FamilyTableTests
{
    private const string Begin = "<!-- measured -->\n", End = "<!-- /measured -->\n";

    private static bool Updates => Environment.GetEnvironmentVariable("SPA_UPDATE_DOCS") == "1";

    [Test]
    public void The_table_of_measured_differences_is_as_measured()
    {
        Fixtures.Require("fixtures/models/llama");
        string path = Path.Combine(Fixtures.Root, "docs", "families.md"), page = File.ReadAllText(path).ReplaceLineEndings("\n");
        int begin = page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, end = page.IndexOf(End, StringComparison.Ordinal);
        string[] written = page[begin..end].Split('\n');
        string table = "| model | backend | logits | log-probs | gradients | against | formats |\n|---|---|---:|---:|---:|---|---|\n";
        foreach ((string name, bool isGolden) in GoldenModelTests.Families.Select(f => (f, true)).Concat(FamilyCases.Names.Select(n => (n, false))))
        {
            foreach (TestedBackend tested in new[] { TestedBackend.Cpu, TestedBackend.CudaEmulator })
            {
                string key = $"| {name} | {(tested == TestedBackend.Cpu ? "CPU" : "CUDA, emulated")} |";
                bool measures = Updates || tested == TestedBackend.Cpu;
                table += measures ? $"{key} {Row(name, isGolden, tested)}\n" : Array.Find(written, line => line.StartsWith(key, StringComparison.Ordinal)) + "\n";
            }
        }
        if (Updates) File.WriteAllText(path, page[..begin] + table + page[end..]);
        else Assert.That(page[begin..end], Is.EqualTo(table), "SPA_UPDATE_DOCS=1 writes the table anew");
    }

    private static string Row(string name, bool isGolden, TestedBackend tested)
    {
        FamilyMeasurement m = isGolden ? FamilyMeasurement.OfGolden(name, tested) : FamilyMeasurement.OfReference(name, tested);
        string Number(double value) => double.IsNaN(value) ? "" : value.ToString("0.0e0", CultureInfo.InvariantCulture);
        // Of SmolLM3 a model that GGUF can say, with every fourth layer without rotary embedding.
        bool gguf = GgufFamilyTests.Goldens.Concat(GgufFamilyTests.Others).Any(n => n == name || n == name + "-fourth");
        return $"{Number(m.Logits)} | {Number(m.LogProbs)} | {Number(m.Gradients)} | {(isGolden ? "golden" : "reference")} | {(gguf ? "folder, GGUF" : "")} |";
    }
}
