using System.Text.Json.Nodes;
using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Formats;
using Spa.Engine.Models;
using Spa.Engine.Pipeline;
using Spa.Engine.Tests.Formats;
using Spa.Engine.Tests.Models;

namespace Spa.Engine.Tests.Pipeline;

/// <summary>Folders of text and vision, of which the text is read.</summary>
internal sealed class TextPartsTests
{
    private readonly TempFolder _folder = new();
    private readonly CpuBackend _backend = new(new CpuOptions { Threads = 1 });

    [TearDown]
    public void Remove()
    {
        _backend.Dispose();
        _folder.Dispose();
    }

    [TestCase("language_model.model.", "vision_tower.", TestName = "The_text_of_gemma3_with_vision_is_read_as_released")]
    [TestCase("model.language_model.", "model.vision_tower.", TestName = "The_text_of_gemma3_with_vision_is_read_as_saved_by_newer_transformers")]
    public void The_text_of_gemma3_with_vision_is_read(string text, string vision)
    {
        using Model model = WriteWhole("gemma3", "Gemma3ForConditionalGeneration", FamilyCases.Config("gemma3"), text, vision);
        using ModelBundle bundle = ModelBundle.Open(_folder["whole"]);
        Assert.That(bundle.Family.ModelType, Is.EqualTo("gemma3_text"));
        Assert.That(bundle.PassedOver.Single(), Does.EndWith("is a model of type 'gemma3': its text part is read, 1 tensors (0.0 MB) of the rest are left out"));
        Assert.That(bundle.RowTokenizer.EndIds, Is.EqualTo(new[] { 1, 9 }), "of the whole, where the text part does not say");
        using Model read = bundle.Load(_backend, DType.Float32);
        foreach (Parameter p in model.Table.Parameters) Assert.That(Values(read, p), Is.EqualTo(Values(model, p)), p.Name);
        bundle.Write(_folder["out"], read);
        JsonNode written = JsonNode.Parse(File.ReadAllText(_folder["out/config.json"]))!;
        Assert.That(((string)written["model_type"]!, (string)written["architectures"]![0]!), Is.EqualTo(("gemma3_text", "Gemma3ForCausalLM")));
    }

    [Test]
    public void The_text_of_mistral3_is_a_mistral_and_other_wholes_are_refused_by_name()
    {
        JsonObject config = TinyModel.Config();
        (config["model_type"], config["sliding_window"]) = ("mistral", null);
        WriteWhole("mistral3", "Mistral3ForConditionalGeneration", config, "language_model.model.", "vision_tower.").Dispose();
        using (ModelBundle bundle = ModelBundle.Open(_folder["whole"])) Assert.That(bundle.Family.ModelType, Is.EqualTo("mistral"));
        JsonObject whole = JsonNode.Parse(File.ReadAllText(_folder["whole/config.json"]))!.AsObject();
        whole["model_type"] = "llava";
        File.WriteAllText(_folder["whole/config.json"], whole.ToJsonString());
        Assert.That(() => ModelBundle.Open(_folder["whole"]), Throws.TypeOf<SpaException>().With.Message.Contains("'model_type' is 'llava'; supported: llama"));
    }

    private Model WriteWhole(string type, string architecture, JsonObject text, string textPrefix, string visionPrefix)
    {
        Model model = TinyModel.Create(_backend, 3, text);
        text.Remove("eos_token_id");
        var whole = new JsonObject { ["architectures"] = new JsonArray(architecture), ["model_type"] = type, ["eos_token_id"] = new JsonArray(1, 9), ["text_config"] = text.DeepClone(), ["vision_config"] = new JsonObject() };
        string Renamed(string name) => name.StartsWith("lm_head", StringComparison.Ordinal) ? "language_model." + name : textPrefix + name["model.".Length..];
        TensorContent[] tensors =
        [
            .. model.Table.Parameters.Select(p => TensorContent.FromArray(Renamed(p.Name), StoredType.F32, p.IsVector ? [p.Columns] : [p.Rows, p.Columns], Values(model, p))),
            TensorContent.FromArray(visionPrefix + "patch.weight", StoredType.F32, [2], [1, 2]),
        ];
        HuggingFaceWriter.Write(_folder["whole"], new HuggingFaceContent { Config = whole, Tensors = tensors });
        return model;
    }

    private static float[] Values(Model model, Parameter p)
    {
        float[] values = new float[p.Count];
        model.Backend.Download<float>(values, model.Weight(p));
        return values;
    }
}
