using System.Text.Json.Nodes;
using Spa.Engine.Models;

namespace Spa.Engine.Tests.Models;

/// <summary>
/// Tiny models of the families without goldens, one for each way in which a family can be computed. 24 tokens are the original length of those whose rotary frequencies depend on it.
/// </summary>
internal static class FamilyCases
{
    public static readonly string[] Names =
    [
        "gemma3", "stablelm", "stablelm-parallel", "olmo2", "smollm3", "phi3-longrope", "phi3-partial", "olmo2-yarn", "smollm3-dynamic", "olmo2-linear",
    ];

    /// <summary>Prompts with responses on both sides of 24 tokens.</summary>
    public static ScoreItem[] Items()
    {
        var random = new Random(8);
        int[] Ids(int n) => TinyModel.Ids(random, n);
        return [new ScoreItem(Ids(5), [Ids(4), Ids(1)]), new ScoreItem(Ids(14), [Ids(6), Ids(13)]), new ScoreItem(Ids(27), [Ids(5)])];
    }

    /// <summary>config.json of a case: a family's model_type, and behind a dash what is special.</summary>
    public static JsonObject Config(string name)
    {
        JsonObject config = TinyModel.Config(positions: 24);
        config.Remove("architectures");
        config["rope_theta"] = 700.0;
        JsonNode Scaling(string json) => JsonNode.Parse(json)!;
        string family = name.Split('-')[0];
        config["model_type"] = family == "gemma3" ? "gemma3_text" : family;
        switch (family)
        {
            case "gemma3":
                (config["num_hidden_layers"], config["sliding_window"], config["sliding_window_pattern"], config["query_pre_attn_scalar"]) = (3, 5, 3, 11.0);
                (config["rope_local_base_freq"], config["tie_word_embeddings"], config["max_position_embeddings"]) = (90.0, true, 128);
                config["rope_scaling"] = Scaling("""{"rope_type": "linear", "factor": 4.0}""");
                break;
            case "stablelm":
                (config["head_dim"], config["layer_norm_eps"], config["partial_rotary_factor"], config["use_qkv_bias"]) = (6, 1e-5, 0.67, true);
                config["max_position_embeddings"] = 128;
                if (name == "stablelm-parallel") (config["use_parallel_residual"], config["qk_layernorm"], config["use_qkv_bias"]) = (true, true, false);
                break;
            case "smollm3":
                (config["num_hidden_layers"], config["no_rope_layer_interval"], config["use_sliding_window"], config["sliding_window"]) =
                    name == "smollm3-fourth" ? (4, 4, false, 6) : (3, 2, true, 6);
                if (name == "smollm3-dynamic") config["rope_scaling"] = Scaling("""{"rope_type": "dynamic", "factor": 3.0}""");
                else config["max_position_embeddings"] = 128;
                break;
            case "phi3":
                (config["max_position_embeddings"], config["original_max_position_embeddings"]) = (96, 24);
                config["rope_scaling"] = Scaling("""{"rope_type": "longrope", "short_factor": [1.0, 1.1, 1.3], "long_factor": [1.5, 2.5, 7.0]}""");
                if (name != "phi3-partial") break;
                config["partial_rotary_factor"] = 0.67;
                config["rope_scaling"] = Scaling("""{"rope_type": "longrope", "short_factor": [1.0, 1.1], "long_factor": [1.5, 7.0]}""");
                break;
            default:
                config["max_position_embeddings"] = 128;
                if (name == "olmo2-yarn") config["rope_scaling"] = Scaling("""{"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32, "beta_fast": 4.0}""");
                if (name == "olmo2-linear") config["rope_scaling"] = Scaling("""{"rope_type": "linear", "factor": 2.5}""");
                break;
        }
        return config;
    }
}
