using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Data;
using Spa.Engine.Models;
using Spa.Engine.Pipeline;
using Spa.Engine.Pipeline.Demo;
using Spa.Engine.Tests.Reporting;

namespace Spa.Engine.Tests.Pipeline;

/// <summary>What recipes/demo makes, and the shipped model, which was made from it.</summary>
internal sealed class DemoRecipeTests
{
    private const int Rows = 50;

    [Test]
    public void Recipe_writes_a_model_folder_with_random_weights_and_rows()
    {
        using var folder = new TemporaryFolder();
        DemoRecipe.Write(folder.FullName, Rows);
        using ModelBundle bundle = ModelBundle.Open(folder.File(DemoRecipe.ModelName));
        using var backend = new CpuBackend();
        using Model model = bundle.Load(backend, DType.Float32);
        Assert.That(model.Table.Parameters.Sum(p => p.Count), Is.EqualTo(818_688));
        // Fan-in 128 and 8 summands in the residual stream; 16,384 draws leave 0.6 % of the deviation.
        Assert.That(Deviation(model, "model.layers.0.self_attn.q_proj.weight"), Is.EqualTo(1 / Math.Sqrt(128)).Within(0.03 / Math.Sqrt(128)));
        Assert.That(Deviation(model, "model.layers.0.self_attn.o_proj.weight"), Is.EqualTo(1 / Math.Sqrt(128 * 8)).Within(0.03 / Math.Sqrt(128 * 8)));
        Assert.That(Deviation(model, "model.embed_tokens.weight"), Is.EqualTo(0.02).Within(0.03 * 0.02));
        Assert.That(File.ReadLines(folder.File(DemoRecipe.RowsName)).Count(), Is.EqualTo(Rows));
    }

    [Test]
    public void Prompts_and_answers_go_through_the_template_with_one_end_token()
    {
        var tokenizer = ModelTokenizer.Open(DemoModel.Folder);
        Assert.That(tokenizer.EndIds, Is.EqualTo(new[] { 2 }));
        Assert.That(tokenizer.Render([new Message("user", "Hi! What colour is milk?")], addGenerationPrompt: true), Is.EqualTo("<|user|>Hi! What colour is milk?<|end|><|assistant|>"));
        Assert.That(tokenizer.Render([new Message("user", "a"), new Message("assistant", "b")], addGenerationPrompt: false), Is.EqualTo("<|user|>a<|end|><|assistant|>b<|end|>"));
        Assert.That(tokenizer.Encode("<|user|>a<|end|><|assistant|>", addSpecialTokens: false), Has.Exactly(1).EqualTo(0).And.Exactly(1).EqualTo(1).And.Exactly(1).EqualTo(2));
    }

    [Test]
    public void Shipped_model_has_the_recipes_shape_and_tokenizer_and_is_small()
    {
        using var folder = new TemporaryFolder();
        DemoRecipe.Write(folder.FullName, Rows);
        Assert.Multiple(() =>
        {
            foreach (string file in new[] { "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "chat_template.jinja" })
                Assert.That(File.ReadAllText(Path.Combine(DemoModel.Folder, file)), Is.EqualTo(File.ReadAllText(Path.Combine(folder.File(DemoRecipe.ModelName), file))), file);
        });
        Assert.That(Directory.GetFiles(DemoModel.Folder).Sum(f => new FileInfo(f).Length), Is.LessThan(10_000_000));
    }

    private static double Deviation(Model model, string name)
    {
        Parameter p = model.Table[name];
        var values = new float[p.Count];
        model.Backend.Download<float>(values, model.Weight(p).Flat(0, p.Count));
        return Math.Sqrt(values.Average(v => (double)v * v));
    }
}
