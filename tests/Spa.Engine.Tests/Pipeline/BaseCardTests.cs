using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Formats;
using Spa.Engine.Models;
using Spa.Engine.Pipeline;
using Spa.Engine.Tests.Formats;

namespace Spa.Engine.Tests.Pipeline;

/// <summary>What a model's own card says goes on to what is made from it.</summary>
internal sealed class BaseCardTests
{
    private const string Matter = "---\nlicense: other\nlicense_name: gemma\nlicense_link: https://example.com/terms\nlanguage:\n- en\n- \"no\"\n---\n\n# Base\n";

    [Test]
    public void Licence_and_languages_go_through_gguf_into_the_card_of_a_converted_model()
    {
        using TinyRun tiny = new();
        using var folder = new TempFolder();
        File.WriteAllText(Path.Combine(tiny.ModelPath, "README.md"), Matter);
        using var backend = new CpuBackend(new CpuOptions { Threads = 1 });
        using (ModelBundle source = ModelBundle.Open(tiny.ModelPath))
        using (Model model = source.Load(backend, DType.Float32))
        {
            Assert.That(ConversionCard.Of(source, merged: false, "0")["README.md"], Is.EqualTo(Matter), "its own card holds for it unchanged");
            GgufExport.Write(folder["m.gguf"], source, model, StoredType.F32, "m");
        }
        GgufSpecification file = GgufSpecification.Read(folder["m.gguf"]);
        Assert.That((file.Values["general.license"], file.Values["general.license.name"], file.Values["general.languages"]), Is.EqualTo(("other", "gemma", new object[] { "en", "no" })));
        using ModelBundle copy = ModelBundle.Open(folder["m.gguf"]);
        string card = ConversionCard.Of(copy, merged: false, "0")["README.md"];
        Assert.That(card, Does.StartWith("---\nlanguage:\n- en\n- \"no\"\nlibrary_name: transformers\nlicense: other\nlicense_name: gemma\nlicense_link: \"https://example.com/terms\"\n"));
    }

    [TestCase("---\nlicense: [a\n---\n")]
    [TestCase("---\nlicense: 7\n---\n")]
    [TestCase("no front matter")]
    [TestCase("---\nlicense: mit")]
    public void A_card_that_cannot_be_understood_says_nothing(string text)
    {
        using TinyRun tiny = new();
        File.WriteAllText(Path.Combine(tiny.ModelPath, "README.md"), text);
        using ModelBundle source = ModelBundle.Open(tiny.ModelPath);
        Assert.That(BaseCard.Of(source).License, Is.Empty);
    }

    [Test]
    public void The_name_on_the_hub_is_taken_from_a_cache_of_the_hub()
    {
        using TinyRun tiny = new();
        string cached = tiny.In("models--HuggingFaceTB--SmolLM2-135M/snapshots/1234");
        Directory.CreateDirectory(Path.GetDirectoryName(cached)!);
        Directory.Move(tiny.ModelPath, cached);
        using ModelBundle source = ModelBundle.Open(cached);
        Assert.That(BaseCard.Of(source).Name, Is.EqualTo("HuggingFaceTB/SmolLM2-135M"));
    }

    [Test]
    public void Every_model_of_a_run_has_a_card_with_the_figures_up_to_its_stage()
    {
        using TinyRun tiny = new();
        File.WriteAllText(Path.Combine(tiny.ModelPath, "README.md"), Matter);
        RunFolder folder = tiny.Execute();
        string Card(int stage) => File.ReadAllText(Path.Combine(folder.Model(stage), "README.md"));
        Assert.That(Card(0), Does.Contain("license_name: gemma").And.Contain("| Seed DPO |").And.Not.Contain("| SPA 1 |").And.Contain("- dpo\n").And.Not.Contain("- spa\n"));
        Assert.That(Card(1), Does.Contain("| SPA 1 |").And.Not.Contain("| SPA 2 |").And.Contain("- spa\n").And.Contain("| Prompts | x1.jsonl, x2.jsonl |"));
        Assert.That(Card(2), Does.Contain("| SPA 2 |").And.Contain("| Iterations | 2 of 2 |").And.Not.Contain(tiny.Root));
    }
}
